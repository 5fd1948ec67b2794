/**
 * Every result of a run once, in columns: what the matrix, the bars and the other charts are computed from, by the
 * generator and again in the page. The modules of this folder run in both, so they import no package and touch no document.
 */
import type { CellState } from '../../../common/run/results.js';
import type { Critical } from '../../../common/statistics/interval.js';

export interface ResultTable {
  /** Id of the run. */
  readonly run: string;
  readonly targets: readonly TableTarget[];
  /** The comparisons: columns of the matrix. */
  readonly groups: readonly TableGroup[];
  /** What makes an interval, by number of rounds. */
  readonly critical: readonly (Critical | null)[];
  /** Reasons and notes, each once. */
  readonly texts: readonly string[];
  /** What repeats the run, as far as it holds for each of its cells alone; see `cellCommand`. */
  readonly command: RunCommand;
  readonly cells: CellColumns;
}

export interface RunCommand {
  /** `npm run bench --` */
  readonly program: string;
  /** Options that say neither which cells nor for how long: `--seed 1`. */
  readonly options: string;
  /** Options that name the user's own models, by workload. */
  readonly models: Readonly<Record<string, string>>;
}

export interface TableTarget {
  readonly name: string;
  /** The name as part of a link. */
  readonly slug: string;
  readonly device: string;
  /** What it was planned to compute on, as ids of cells name it. */
  readonly planned: string;
  /** Targets of a family are folded together. */
  readonly family: string;
  /** Medians over rounds, in nanoseconds; null where it never started. */
  readonly spawnNs: number | null;
  readonly importNs: number | null;
}

export interface TableGroup {
  readonly workload: string;
  /** `inference, batch 1`: what follows the workload's name. */
  readonly variant: string;
  /** `lenet5 · inference · batch 1` */
  readonly title: string;
  /** `lenet5/inference/1` */
  readonly slug: string;
  /** What ids of its cells begin with: `lenet5:inference:b1:float32`. */
  readonly id: string;
  readonly mode: string;
  readonly batch: number;
  readonly length?: number | undefined;
  readonly threads?: number | undefined;
  /** How many of its targets have a result. */
  readonly ranked: number;
  /** Which of its targets are told apart: a digit for each pair of places in the ranking, see `isToldApart`. */
  readonly told: string;
  /** What is said of it in one sentence. */
  readonly verdict: string;
  /** Whether a program on the processors stood in for its devices. */
  readonly isSoftware: boolean;
}

/** An estimate's value, and its bounds where it has them. */
export type Numbers = readonly [number] | readonly [value: number, low: number, high: number];

/** One element for each cell; times in nanoseconds, null where there is none. */
export interface CellColumns {
  readonly group: readonly number[];
  readonly target: readonly number[];
  readonly state: readonly CellState[];
  /** Place among `texts`; null for what needs no reason. */
  readonly reason: readonly (number | null)[];
  readonly notes: readonly (readonly number[])[];
  /** Place in the ranking of its group, from 0; null for a cell that is not `ok`, as is everything below. */
  readonly place: readonly (number | null)[];
  readonly ranks: readonly (readonly [number, number] | null)[];
  readonly time: readonly (Numbers | null)[];
  /** Items per second of a device that was given so many iterations before each wait; null for others. */
  readonly throughput: readonly (readonly [submissions: number, ...Numbers] | null)[];
  readonly percentiles: readonly (readonly (readonly [share: number, ...Numbers])[])[];
  readonly cpuNs: readonly (number | null)[];
  readonly loadNs: readonly (number | null)[];
  readonly firstNs: readonly (number | null)[];
  readonly peakBytes: readonly (number | null)[];
  /** Rounds in which it has samples, ascending, and the median of each. */
  readonly rounds: readonly (readonly number[])[];
  readonly medians: readonly (readonly number[])[];
  /** Number of samples, and an evenly spaced few of them. */
  readonly samples: readonly number[];
  readonly marks: readonly (readonly number[])[];
  /** A few turns in order: round, milliseconds since the run began, median. */
  readonly turns: readonly (readonly (readonly [round: number, startMs: number, ns: number])[])[];
  /** What the process in which it was timed last printed at its end: place among `texts`; null for nothing. */
  readonly log: readonly (number | null)[];
  /** Largest error of the parity check as a share of its tolerance. */
  readonly parity: readonly (number | null)[];
}

const indices = new WeakMap<ResultTable, ReadonlyMap<number, number>>();

/** The cell of a group and a target, as a place in the columns; undefined where none was planned. */
export function cellAt(table: ResultTable, group: number, target: number): number | undefined {
  const known =
    indices.get(table) ?? new Map(table.cells.group.map((one, cell) => [keyOf(table, one, cell), cell]));
  indices.set(table, known);
  return known.get(group * table.targets.length + target);
}

function keyOf({ targets, cells }: ResultTable, group: number, cell: number): number {
  return group * targets.length + item(cells.target, cell);
}

/** An element that has to be there. @throws RangeError otherwise */
export function item<Element>(list: readonly Element[], index: number): Element {
  const element = list[index];
  if (element === undefined) throw new RangeError(`no element ${index} among ${list.length}`);
  return element;
}

export function isOk({ cells }: ResultTable, cell: number | undefined): cell is number {
  return cell !== undefined && item(cells.place, cell) !== null;
}

/** The `ok` cells of a group, fastest first. */
export function rankedCells(table: ResultTable, group: number): number[] {
  const found = table.targets.flatMap((_, target) => {
    const cell = cellAt(table, group, target);
    return isOk(table, cell) ? [cell] : [];
  });
  return found.sort((a, b) => (table.cells.place[a] ?? 0) - (table.cells.place[b] ?? 0));
}

/** Whether the pairwise decisions of the group, under one family-wise error, tell two of its `ok` cells apart. */
export function isToldApart({ groups, cells }: ResultTable, first: number, second: number): boolean {
  const places = [item(cells.place, first), item(cells.place, second)];
  const [faster = 0, slower = 0] = places.map((place) => place ?? 0).sort((a, b) => a - b);
  return item(groups, item(cells.group, first)).told[(slower * (slower - 1)) / 2 + faster] === '1';
}

/** `lenet5/inference/1/pytorch-cpu` */
export function cellSlug({ groups, targets, cells }: ResultTable, cell: number): string {
  return `${item(groups, item(cells.group, cell)).slug}/${item(targets, item(cells.target, cell)).slug}`;
}

export function targetOf({ targets, cells }: ResultTable, cell: number): TableTarget {
  return item(targets, item(cells.target, cell));
}

/** As everywhere else: `lenet5:inference:b1:float32:cpu:pytorch/cpu`. */
export function cellId({ groups, targets, cells }: ResultTable, cell: number): string {
  const { planned, name } = item(targets, item(cells.target, cell));
  return `${item(groups, item(cells.group, cell)).id}:${planned}:${name}`;
}

/** Examples per second. */
export function perSecond({ groups, cells }: ResultTable, cell: number): Numbers | null {
  const time = item(cells.time, cell);
  if (time === null) return null;
  const amount = 1e9 * item(groups, item(cells.group, cell)).batch;
  const [value, low, high] = time;
  return low === undefined || high === undefined
    ? [amount / value]
    : [amount / value, amount / high, amount / low];
}
