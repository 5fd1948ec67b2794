/** Values that are alike in large parts, as specifications of charts are: what occurs in several places is written once. */

export interface Referenced {
  /** What the whole refers to, `{ "$": 3 }`; parts may refer to other parts. */
  readonly parts: readonly unknown[];
  readonly whole: unknown;
}

/** The value of which `referenced` made this. */
export function resolved({ parts, whole }: Referenced): unknown {
  const known = new Map<number, unknown>();
  const read = (each: unknown): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    if (!('$' in each)) return changed(each, read);
    const place = Number(each.$);
    if (!known.has(place)) known.set(place, read(parts[place]));
    return known.get(place);
  };
  return read(whole);
}

/** The same with each of its parts changed. */
export function changed(value: object, change: (each: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each)]));
}
