/** Lists, counts and differences in sentences. */

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[], conjunction = 'and'): string {
  if (names.length <= 1) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}

/**
 * On one line, without terminal escapes (C0, DEL and C1 controls) and without marks that turn the direction of what follows:
 * names of models, nodes and files, and messages of frameworks, may hold any of them.
 */
export function plain(text: string): string {
  // Nearly every text is: looking for what is not takes a tenth of replacing it.
  return isPlain.test(text) ? text : text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
}

const isPlain = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/**
 * The same for every text in a value of plain objects and lists, names of properties included. What has nothing to change is
 * itself again, since a run may have millions of numbers; what was one object in two places is one again.
 */
export function plainTexts<T>(value: T): T {
  const made = new Map<object, unknown>();
  const everyText = (each: unknown): unknown => {
    if (typeof each === 'string') return plain(each);
    if (typeof each !== 'object' || each === null) return each;
    const known = made.get(each);
    if (known !== undefined) return known;
    const copy = Array.isArray(each) ? eachOf(each, everyText) : propertiesOf(each, everyText);
    if (copy !== each) made.set(each, copy);
    return copy;
  };
  return everyText(value) as T;
}

function eachOf(list: readonly unknown[], change: (each: unknown) => unknown): readonly unknown[] {
  let changed: unknown[] | undefined;
  list.forEach((each, index) => {
    const now = change(each);
    if (now === each) return;
    changed ??= [...list];
    changed[index] = now;
  });
  return changed ?? list;
}

function propertiesOf(object: object, change: (each: unknown) => unknown): object {
  const isSame = Object.keys(object).every((name) => {
    const each: unknown = object[name as keyof typeof object];
    return plain(name) === name && change(each) === each;
  });
  if (isSame) return object;
  return Object.fromEntries(Object.entries(object).map(([name, each]) => [plain(name), change(each)]));
}

/**
 * JSON that a terminal may show: what `plain` leaves out is escaped in it, so that nothing of it is lost.
 *
 * @param indent 0 for a single line
 */
export function jsonText(value: unknown, indent = 2): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu,
    escaped,
  );
}

/** `1 round`, `2 rounds` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Differences between two sides, by name: `cores: 2 → 4`. */
export function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  behindName = ': ',
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}${behindName}${before[name] ?? 'absent'} → ${after[name] ?? 'absent'}`);
}

/** One word of a command line, as a shell reads it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
