/**
 * Two runs side by side. Their rounds are not paired, so whatever differed between the runs (the machine's state, its
 * temperature, its other load) is part of the ratio: the text says so before any number.
 */
import {
  type CellResult,
  type Estimate,
  type RunResults,
  type TargetResult,
  threadCounts,
} from '../../common/run/results.js';
import { hodgesLehmannShift, rankSumInterval } from '../../common/statistics/rank-sum.js';
import { differences } from '../../common/text.js';
import { logMedians, ratioOf } from './estimates.js';
import { isOk } from './groups.js';

export interface ComparedCell {
  readonly cell: CellResult;
  readonly beforeNs: Estimate;
  readonly afterNs: Estimate;
  /** Time after ÷ time before; its `rounds` are those of the run with fewer. */
  readonly ratio: Estimate;
}

export interface RunComparison {
  readonly before: string;
  readonly after: string;
  /** What makes the two runs measure different things, each a sentence. */
  readonly machineDifferences: readonly string[];
  /** Versions that changed, typically the reason for the comparison. */
  readonly versionDifferences: readonly string[];
  readonly cells: readonly ComparedCell[];
  /** Cells with a result in one run only: `<cell>: ok → failed: <reason>`. */
  readonly unmatched: readonly string[];
}

export function compareRuns(before: RunResults, after: RunResults): RunComparison {
  const later = new Map(after.cells.map((cell) => [cell.id, cell]));
  const earlier = new Map(before.cells.map((cell) => [cell.id, cell]));
  const ids = [...new Set([...earlier.keys(), ...later.keys()])];
  return {
    before: before.id,
    after: after.id,
    machineDifferences: machineDifferences(before, after),
    versionDifferences: versionDifferences(before, after),
    cells: ids.flatMap((id) => compareCells(earlier.get(id), later.get(id))),
    unmatched: ids.flatMap((id) => unmatched(id, earlier.get(id), later.get(id))),
  };
}

function compareCells(before: CellResult | undefined, after: CellResult | undefined): ComparedCell[] {
  if (!before || !after || !isOk(before) || !isOk(after)) return [];
  const [ours, theirs] = [logMedians(after.samples), logMedians(before.samples)];
  const rounds = Math.min(ours.length, theirs.length);
  const estimate = ratioOf(hodgesLehmannShift(ours, theirs), rankSumInterval(ours, theirs), rounds);
  const { iterationNs: beforeNs } = before.metrics;
  return [{ cell: after, beforeNs, afterNs: after.metrics.iterationNs, ratio: estimate }];
}

function unmatched(id: string, before: CellResult | undefined, after: CellResult | undefined): string[] {
  if (before?.state === after?.state || (before?.state !== 'ok' && after?.state !== 'ok')) return [];
  const reason = after?.state === 'ok' ? before?.reason : after?.reason;
  const states = `${before?.state ?? 'not planned'} → ${after?.state ?? 'not planned'}`;
  return [`${id}: ${states}${reason ? `: ${reason}` : ''}`];
}

/** What makes two runs measure different things, each `what: before → after`. */
export function machineDifferences(before: RunResults, after: RunResults): string[] {
  const facts = (run: RunResults): Record<string, string> => ({
    processor: run.machine.cpu,
    cores: String(run.machine.cores),
    memory: `${Math.round(run.machine.memoryBytes / 2 ** 30)} GiB`,
    platform: run.machine.platform,
    kernel: run.machine.kernel,
    'instruction sets': run.machine.instructionSets.join(' '),
    threads: threadCounts(run.options).join(', '),
    'limit of processor time': String(run.conditions.cpuLimit ?? 'none'),
    'processors bound': String(run.conditions.bound),
    'workers out of turn stopped': String(run.conditions.paused),
  });
  return differences(facts(before), facts(after));
}

function versionDifferences(before: RunResults, after: RunResults): string[] {
  return differences(versionFacts(before), versionFacts(after));
}

/** Every version that a run records, by what it is the version of. */
export function versionFacts(run: RunResults): Record<string, string> {
  return Object.fromEntries([
    ['Touchstone', [run.touchstone.version, run.touchstone.commit].filter(Boolean).join(' ')],
    ...run.targets.flatMap((target) => Object.entries(targetVersions(target))),
  ]);
}

/** `tfjs/js runtime`, `tfjs/js tfjs`, … */
export function targetVersions(
  { target, runtime, versions }: TargetResult,
  name = target,
): Record<string, string> {
  return Object.fromEntries([
    ...(runtime === null ? [] : [[`${name} runtime`, runtime]]),
    ...Object.entries(versions).map(([what, version]) => [`${name} ${what}`, version]),
  ]);
}
