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
import { type CellPair, differenceTexts, matchCells, renamedTexts, unknownTexts } from './match-cells.js';

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
  /** Why cells of one name are not compared: what they compute differs. */
  readonly different: readonly string[];
  /** Cells that were called otherwise before. */
  readonly renamed: readonly string[];
  /** How many cells may have computed something else, where a run does not say it. */
  readonly unknown: readonly string[];
  /** Cells with a result in one run only: `<cell>: ok → failed: <reason>`. */
  readonly unmatched: readonly string[];
}

export function compareRuns(before: RunResults, after: RunResults): RunComparison {
  const { pairs, beforeOnly, afterOnly } = matchCells(before.cells, after.cells);
  const alike = pairs.filter(({ kinship }) => kinship.kind !== 'different');
  return {
    before: before.id,
    after: after.id,
    machineDifferences: machineDifferences(before, after),
    versionDifferences: versionDifferences(before, after),
    cells: alike.flatMap((pair) => compareCells(pair)),
    different: differenceTexts(pairs),
    renamed: renamedTexts(alike),
    unknown: unknownTexts(pairs),
    unmatched: [
      ...alike.flatMap((pair) => unmatched(pair.before, pair.after)),
      ...beforeOnly.flatMap((cell) => unmatched(cell, undefined)),
      ...afterOnly.flatMap((cell) => unmatched(undefined, cell)),
    ],
  };
}

function compareCells({ before, after }: CellPair): ComparedCell[] {
  if (!isOk(before) || !isOk(after)) return [];
  const [ours, theirs] = [logMedians(after.samples), logMedians(before.samples)];
  const rounds = Math.min(ours.length, theirs.length);
  const estimate = ratioOf(hodgesLehmannShift(ours, theirs), rankSumInterval(ours, theirs), rounds);
  const { iterationNs: beforeNs } = before.metrics;
  return [{ cell: after, beforeNs, afterNs: after.metrics.iterationNs, ratio: estimate }];
}

function unmatched(before: CellResult | undefined, after: CellResult | undefined): string[] {
  const id = (after ?? before)?.id;
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
    memory: memoryText(run.machine),
    platform: run.machine.platform,
    kernel: run.machine.kernel,
    'instruction sets': run.machine.instructionSets.join(' '),
    threads: threadCounts(run.options).join(', '),
    'limit of processor time': String(run.conditions.cpuLimit ?? 'none'),
    browser: run.machine.browser ?? 'none of a visitor',
    'processors bound': String(run.conditions.bound),
    'workers out of turn stopped': String(run.conditions.paused),
  });
  return differences(facts(before), facts(after));
}

function memoryText({ memoryBytes }: RunResults['machine']): string {
  return memoryBytes === null ? 'not reported' : `${Math.round(memoryBytes / 2 ** 30)} GiB`;
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
