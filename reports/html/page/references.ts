/** Values that are alike in large parts, as specifications of charts are: what occurs in several places is written once. */

export interface Referenced {
  /** What the whole refers to, `{ "$": 3 }`; parts may refer to other parts. */
  readonly parts: readonly unknown[];
  readonly whole: unknown;
}

/** Shorter ones are as short as a reference to them. */
const minLength = 40;

/** @param value plain objects and lists, without a property that is called `$` */
export function referenced(value: unknown): Referenced {
  const counts = new Map<string, number>();
  count(value, counts);
  const places = new Map<string, number>();
  const parts: unknown[] = [];
  const written = (each: unknown): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    const text = JSON.stringify(each);
    if ((counts.get(text) ?? 0) < 2) return changed(each, written);
    const known = places.get(text);
    if (known !== undefined) return { $: known };
    const place = parts.push(null) - 1;
    places.set(text, place);
    parts[place] = changed(each, written);
    return { $: place };
  };
  return { whole: written(value), parts };
}

/** What is inside of something that was counted before is counted with it. */
function count(value: unknown, counts: Map<string, number>): void {
  if (typeof value !== 'object' || value === null) return;
  const text = JSON.stringify(value);
  if (text.length < minLength) return;
  const before = counts.get(text) ?? 0;
  counts.set(text, before + 1);
  if (before > 0) return;
  for (const inner of Object.values(value)) count(inner, counts);
}

function changed(value: object, change: (each: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each)]));
}

/** The opposite of `referenced`. */
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
