/**
 * "Not like for like because …": differences of effective settings that change what a comparison means. Each rule
 * looks at one named key of `Configuration`. A setting that a framework does not report is not known to differ.
 *
 * Layout and kernel library are the frameworks' own choices and part of what is compared: no rule looks at them.
 */
type SettingValue = string | number | boolean | null;
export type Settings = Readonly<Record<string, SettingValue>>;

/** One side of a comparison with its effective settings for the cell. */
export interface Side {
  readonly target: string;
  readonly settings: Settings;
}

interface SettingRule {
  readonly key: string;
  readonly title: string;
  /** Completes "`<target>` …": `computes with 2 threads`. */
  says(value: Exclude<SettingValue, null>): string;
}

const differenceRules: readonly SettingRule[] = [
  { key: 'device', title: 'device', says: (value) => `computes on ${value}` },
  { key: 'threads', title: 'threads', says: (value) => `computes with ${plural(value, 'thread')}` },
  {
    key: 'interOpThreads',
    title: 'threads over operators',
    says: (value) => `spreads operators over ${plural(value, 'thread')}`,
  },
  { key: 'instructionSet', title: 'instructions', says: (value) => `uses ${value} instructions` },
  { key: 'execution', title: 'execution', says: (value) => `executes as “${value}”` },
  { key: 'arithmetic', title: 'arithmetic', says: (value) => `multiplies in ${value}` },
  {
    key: 'flushToZero',
    title: 'subnormal numbers flushed to zero',
    says: (value) => `${value ? 'flushes' : 'does not flush'} subnormal numbers to zero`,
  },
  { key: 'allocator', title: 'memory allocator', says: (value) => `allocates memory by ${value}` },
  { key: 'javascriptEngine', title: 'JavaScript engine', says: (value) => `runs on ${value}` },
  { key: 'wasm', title: 'features of WebAssembly', says: (value) => `has WebAssembly with ${value}` },
  {
    key: 'wasmThreads',
    title: 'binary with threads',
    says: (value) => `runs the binary ${value ? 'for threads' : 'without threads'}`,
  },
  {
    key: 'crossOriginIsolated',
    title: 'isolated pages',
    says: (value) => (value ? 'is isolated' : 'is not isolated, so has no threads and a coarser clock'),
  },
  {
    key: 'busyProcessors',
    title: 'processors that are kept busy',
    says: (value) => `keeps ${plural(value, 'processor')} busy`,
  },
];

/** Peculiarities of one side, which make a comparison unlike unless all sides share them. */
const singleRules: readonly ((settings: Settings, batch: number) => string | undefined)[] = [
  ({ batching }, batch) =>
    typeof batching === 'string' && /one example at a time/i.test(batching) && batch > 1
      ? `computes a batch of ${batch} one example at a time, without batching`
      : undefined,
];

/** Sentences that complete "not like for like because …", the same whichever side is the baseline. */
export function notLikeForLike(first: Side, second: Side, batch: number): string[] {
  const [a, b] = first.target <= second.target ? [first, second] : [second, first];
  const differences = differenceRules.flatMap((rule) => {
    const [ours, theirs] = [a.settings[rule.key] ?? null, b.settings[rule.key] ?? null];
    if (ours === null || theirs === null || same(ours, theirs)) return [];
    return [`${a.target} ${rule.says(ours)}, ${b.target} ${rule.says(theirs)}`];
  });
  return [...differences, ...peculiarities([a, b], batch)];
}

/** What some of the sides do and others do not, by the rules on single sides. */
function peculiarities(sides: readonly Side[], batch: number): string[] {
  return singleRules.flatMap((rule) => {
    const broken = sides.flatMap(({ target, settings }) => {
      const says = rule(settings, batch);
      return says === undefined ? [] : [`${target} ${says}`];
    });
    return broken.length < sides.length ? broken : [];
  });
}

/** The same for many sides, a line for each setting that is not the same for all: `instructions: avx2 (a, b); scalar (c)`. */
export function settingsInShort(sides: readonly Side[], batch: number): string[] {
  const lines = differenceRules.flatMap(({ key, title }) => {
    const byValue = targetsByValue(sides, key);
    if (byValue.size < 2) return [];
    const values = [...byValue].map(([value, targets]) => `${value} (${targets.join(', ')})`);
    return [`${title}: ${values.join('; ')}`];
  });
  return [...lines, ...peculiarities(sides, batch)];
}

function targetsByValue(sides: readonly Side[], key: string): Map<string, string[]> {
  const byValue = new Map<string, string[]>();
  for (const { target, settings } of sides) {
    const value = settings[key] ?? null;
    if (value === null) continue;
    const name = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value).toLowerCase();
    byValue.set(name, [...(byValue.get(name) ?? []), target]);
  }
  return byValue;
}

function same(a: SettingValue, b: SettingValue): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a.toLowerCase() === b.toLowerCase() : a === b;
}

function plural(value: SettingValue, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}
