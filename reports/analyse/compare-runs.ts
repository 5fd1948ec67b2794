/**
 * Two or more runs side by side. Their rounds are not paired, so whatever differed between the runs (the machine's state, its
 * temperature, its other load) is part of a ratio: the texts say so before any number. Runs of different machines have no ratio.
 */
import { at, required } from '../../common/at.js';
import {
  type CellResult,
  type CellState,
  type Estimate,
  type RunResults,
  type TargetResult,
  threadCounts,
} from '../../common/run/results.js';
import { hodgesLehmannShift, rankSumInterval } from '../../common/statistics/rank-sum.js';
import { differences } from '../../common/text.js';
import { machineKey, machineText, stablePart } from '../history/machine.js';
import { coresText, letterOf } from '../text.js';
import { logMedians, ratioOf } from './estimates.js';
import { isOk, type OkCell } from './groups.js';
import { type CellPair, differenceTexts, matchCells, renamedTexts, unknownTexts } from './match-cells.js';

export interface ComparedRun {
  /** `A`, `B`, …, in the order in which the runs were given. */
  readonly letter: string;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly commit: string | null;
  readonly machine: string;
  /** Place of the run that it is compared with, the first one of its machine; null for that one itself. */
  readonly against: number | null;
}

/** What is not the same in all runs, with the value of each; null where a run does not have it. */
export interface Fact {
  readonly what: string;
  readonly values: readonly (string | null)[];
}

/** A cell in one run. */
export type Entry =
  /** `ratio` is its time ÷ that of the run that this one is compared with; null where there is none. */
  | { readonly kind: 'time'; readonly timeNs: Estimate; readonly ratio: Estimate | null }
  /** It has the name, and computes something else. */
  | { readonly kind: 'other' }
  | { readonly kind: 'none'; readonly state: CellState | 'not planned'; readonly reason: string };

export interface ComparedCell {
  /** As the last run that has it calls it. */
  readonly cell: CellResult;
  /** One for each run. */
  readonly entries: readonly Entry[];
}

export interface RunsComparison {
  readonly runs: readonly ComparedRun[];
  /** Machine and settings. */
  readonly conditions: readonly Fact[];
  /** Typically the reason for the comparison. */
  readonly versions: readonly Fact[];
  /** Those with a result in some run. */
  readonly cells: readonly ComparedCell[];
  /** Why cells of one name are not compared: what they compute differs. */
  readonly different: readonly string[];
  /** Cells that were called otherwise before. */
  readonly renamed: readonly string[];
  /** How many cells may have computed something else, where a run does not say it. */
  readonly unknown: readonly string[];
}

/** @param runs two or more */
export function compareRuns(runs: readonly RunResults[]): RunsComparison {
  const sides = sidesOf(runs);
  const { rows, pairs } = matched(runs);
  const texts = (textsOf: (pairs: readonly CellPair[]) => string[]) =>
    pairs.flatMap((found, run) =>
      textsOf(found).map((text) =>
        runs.length > 2 ? `${at(sides, run, 'the runs compared').letter}: ${text}` : text,
      ),
    );
  return {
    runs: sides,
    conditions: unlike(runs.map(conditionFacts)),
    versions: unlike(runs.map(versionFacts)),
    cells: rows.map((row) => comparedCell(row, sides)).filter(hasTime),
    different: texts(differenceTexts),
    renamed: texts((found) => renamedTexts(found.filter(isAlike))),
    unknown: texts(unknownTexts),
  };
}

function sidesOf(runs: readonly RunResults[]): ComparedRun[] {
  const machines = runs.map(machineOf);
  const keys = machines.map(({ key }) => key);
  return runs.map(({ id, startedAt, touchstone }, place) => {
    const first = keys.indexOf(at(keys, place));
    return {
      letter: letterOf(place),
      id,
      startedAt,
      commit: touchstone.commit,
      machine: at(machines, place).text,
      against: first === place ? null : first,
    };
  });
}

/** What tells machines apart, and how one is called. */
function machineOf({ id, machine }: RunResults): { key: string; text: string } {
  // A visitor's browser does not tell enough of its machine to know it again.
  if (machine.browser !== undefined) return { key: id, text: `${machine.cpu}, ${coresText(machine.cores)}` };
  const stable = stablePart(machine);
  return { key: machineKey(stable), text: machineText(stable) };
}

/** The same cell in every run that has it, each with the first one of them. */
interface Row {
  readonly first: CellResult;
  readonly found: Map<number, CellPair>;
}

function matched(runs: readonly RunResults[]): { rows: Row[]; pairs: CellPair[][] } {
  const rows = new Map<CellResult, Row>();
  const pairs = runs.map(({ cells }, run) => {
    const { pairs, afterOnly } = matchCells([...rows.keys()], cells);
    for (const pair of pairs) required(rows, pair.before, 'the cells compared').found.set(run, pair);
    for (const cell of afterOnly) {
      const itself: CellPair = { before: cell, after: cell, kinship: { kind: 'same' } };
      rows.set(cell, { first: cell, found: new Map([[run, itself]]) });
    }
    return [...pairs];
  });
  return { rows: [...rows.values()], pairs };
}

function comparedCell({ first, found }: Row, sides: readonly ComparedRun[]): ComparedCell {
  const measured = sides.map((_, run) => {
    const pair = found.get(run);
    return pair && isAlike(pair) && isOk(pair.after) ? pair.after : undefined;
  });
  return {
    cell: [...found.values()].at(-1)?.after ?? first,
    entries: sides.map(({ against }, run): Entry => {
      const [own, other] = [measured[run], against === null ? undefined : measured[against]];
      if (own) return timeEntry(own, other);
      const pair = found.get(run);
      if (pair && !isAlike(pair)) return { kind: 'other' };
      return { kind: 'none', state: pair?.after.state ?? 'not planned', reason: pair?.after.reason ?? '' };
    }),
  };
}

function timeEntry(own: OkCell, other: OkCell | undefined): Entry {
  return { kind: 'time', timeNs: own.metrics.iterationNs, ratio: other ? ratioBetween(own, other) : null };
}

/** Its `rounds` are those of the run with fewer. */
function ratioBetween(own: OkCell, other: OkCell): Estimate {
  const [ours, theirs] = [logMedians(own.samples), logMedians(other.samples)];
  const rounds = Math.min(ours.length, theirs.length);
  return ratioOf(hodgesLehmannShift(ours, theirs), rankSumInterval(ours, theirs), rounds);
}

function isAlike({ kinship }: CellPair): boolean {
  return kinship.kind !== 'different';
}

function hasTime({ entries }: ComparedCell): boolean {
  return entries.some(({ kind }) => kind === 'time');
}

/** Only what differs between runs that have it. */
function unlike(facts: readonly Readonly<Record<string, string>>[]): Fact[] {
  const names = [...new Set(facts.flatMap(Object.keys))];
  return names
    .map((what) => ({ what, values: facts.map((own) => own[what] ?? null) }))
    .filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1);
}

/** What makes two runs measure different things, each `what: before → after`. */
export function machineDifferences(before: RunResults, after: RunResults): string[] {
  return differences(conditionFacts(before), conditionFacts(after));
}

function conditionFacts(run: RunResults): Record<string, string> {
  return {
    processor: run.machine.cpu,
    cores: String(run.machine.cores),
    memory: memoryText(run.machine),
    platform: run.machine.platform,
    kernel: run.machine.kernel,
    'instruction sets': run.machine.instructionSets.join(' '),
    threads: threadCounts(run.options).join(', '),
    'limit of processor time': String(run.conditions.cpuLimit ?? 'none'),
    browser: run.machine.browser ?? 'none of a visitor',
    'processors bound': String(run.conditions.bound),
    'workers out of turn stopped': String(run.conditions.paused),
  };
}

function memoryText({ memoryBytes }: RunResults['machine']): string {
  return memoryBytes === null ? 'not reported' : `${Math.round(memoryBytes / 2 ** 30)} GiB`;
}

/** Every version that a run records, by what it is the version of. */
export function versionFacts(run: RunResults): Record<string, string> {
  return Object.fromEntries([
    ['Touchstone', [run.touchstone.version, run.touchstone.commit].filter(Boolean).join(' ')],
    ...run.targets.flatMap((target) => Object.entries(targetVersions(target))),
  ]);
}

/** `tfjs/js runtime`, `tfjs/js tfjs`, …; without a name, `runtime`, `tfjs`, … */
export function targetVersions(
  { target, runtime, versions }: TargetResult,
  name = target,
): Record<string, string> {
  return Object.fromEntries([
    ...(runtime === null ? [] : [[`${name} runtime`.trim(), runtime]]),
    ...Object.entries(versions).map(([what, version]) => [`${name} ${what}`.trim(), version]),
  ]);
}
