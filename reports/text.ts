/** The writing of quantities and names, the same in the terminal, on the page and by its scripts: no package is imported. */
import { at } from '../common/at.js';
import type { GroupIdentity } from '../common/run/cell.js';
import { type Bounds, digits } from '../common/statistics/digits.js';
import { minIntervalValues } from '../common/statistics/interval.js';
import { counted } from '../common/text.js';

/** A quantity in one unit, its interval beside it. */
export interface Quantity {
  readonly value: string;
  /** `[61.2, 63.0]`, or empty where there is none. */
  readonly interval: string;
  readonly unit: string;
}

const timeUnits = [
  { unit: 'ns', ns: 1 },
  { unit: 'µs', ns: 1e3 },
  { unit: 'ms', ns: 1e6 },
  { unit: 's', ns: 1e9 },
] as const;

/** In the largest unit in which the value is 1 or more. */
export function duration(ns: Bounds): Quantity {
  const scale = timeUnits.findLast((candidate) => ns.value >= candidate.ns) ?? timeUnits[0];
  return quantity(ns, scale.ns, scale.unit);
}

export function rate(perSecond: Bounds): Quantity {
  return quantity(perSecond, 1, '/s');
}

export function ratio(value: Bounds): Quantity {
  return quantity(value, 1, '×', 1);
}

/** `1.05× [1.03, 1.07]`; without an interval three digits, since two would not show a margin of 2 %. */
export function ratioText(found: Bounds): string {
  const bare = found.low === null || found.high === null;
  return bare && found.value < 100 ? `${found.value.toPrecision(3)}×` : inline(ratio(found));
}

export function bytes(count: number): string {
  const mebibytes = count / 2 ** 20;
  return mebibytes < 1024 ? `${grouped(mebibytes.toFixed(0))} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** How an interval was made, or why there is none: `99 % interval (signed-rank)`. */
export function intervalText(level: number | null, method: string | undefined, rounds: number): string {
  if (level !== null) return `${Math.round(level * 100)} % interval${method ? ` (${method})` : ''}`;
  return `no interval: ${counted(rounds, 'round')}, ${minIntervalValues} are needed`;
}

/** Two digits, without an interval, for a single observation. */
export function once(ns: number): string {
  return inline(duration({ value: ns, low: null, high: null }));
}

/** Three digits, for a single round or turn, which has no interval. */
export function onceInThreeDigits(ns: number): string {
  const { value, unit } = duration({ value: Number(ns.toPrecision(3)), low: ns * 0.995, high: ns * 1.005 });
  return `${value} ${unit}`;
}

/** `62.1 µs [61.2, 63.0]`, `3.05× [2.99, 3.12]` */
export function inline({ value, interval, unit }: Quantity): string {
  const space = unit === '×' || unit === '/s' ? '' : ' ';
  return `${value}${space}${unit}${interval ? ` ${interval}` : ''}`;
}

/** @param apart what a bound beyond it must not be printed as */
function quantity({ value, low, high }: Bounds, scale: number, unit: string, apart = 0): Quantity {
  const divided = (bound: number | null) => (bound === null ? null : bound / scale);
  const written = digits({ value: value / scale, low: divided(low), high: divided(high) }, apart);
  const bounded = written.low !== null && written.high !== null;
  const interval = bounded ? `[${grouped(written.low)}, ${grouped(written.high)}]` : '';
  return { value: grouped(written.value), interval, unit };
}

/** 1234567 → 1,234,567 */
function grouped(number: string): string {
  const [whole = '', fraction] = number.split('.');
  if (whole.length < 4) return number;
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} %`;
}

/** `throughput, 8 submissions and one wait`: what is named beside the latency of a device that work is queued for. */
export function throughputTitle(submissions: number): string {
  return `throughput, ${submissions} submissions and one wait`;
}

/** `1`, or `2–4` where a target is not told apart from its neighbours. */
export function ranksText([best, worst]: readonly [number, number]): string {
  return best === worst ? String(best) : `${best}–${worst}`;
}

/**
 * `lenet5 · inference · batch 64`; with length and threads where they were asked for or swept, and with the precision unless
 * it is float32.
 */
export function groupTitle(group: GroupIdentity): string {
  const parts = [group.workload, group.mode, `batch ${group.batch}`];
  if (group.length !== undefined) parts.push(`length ${group.length}`);
  if (group.threads !== undefined) parts.push(threadsText([group.threads]));
  if (group.precision !== 'float32') parts.push(group.precision);
  if (group.software) parts.push('devices in software');
  return parts.join(' · ');
}

/** `lenet5 · training · by batch`, with what is constant along the sweep where a run has several. */
export function sweepTitle(axis: 'batch' | 'length' | 'threads', identity: GroupIdentity): string {
  const along = axis === 'batch' ? 'batch 0' : undefined;
  const parts = groupTitle(identity)
    .split(' · ')
    .filter((part) => part !== along);
  return [...parts, `by ${axis}`].join(' · ');
}

/** `1 thread`, `1, 2 or 4 threads` */
export function threadsText(counts: readonly number[]): string {
  const last = at(counts, -1, 'the thread counts');
  return counts.length > 1 ? `${counts.slice(0, -1).join(', ')} or ${last} threads` : counted(last, 'thread');
}

export function coresText(count: number): string {
  return counted(count, 'core');
}

/** `A` to `Z`, then `A2`, …: names of runs and series that are too many or too long to be written out. */
export function letterOf(place: number): string {
  const turn = Math.floor(place / 26);
  return String.fromCharCode(65 + (place % 26)) + (turn > 0 ? String(turn + 1) : '');
}
