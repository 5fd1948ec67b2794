/**
 * Two runs side by side. Their rounds are not paired, so whatever differed between the runs (the machine's state, its
 * temperature, its neighbours) is in the ratio: the text says so before any number.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import {
  type CellResult,
  type Estimate,
  type RunResults,
  type TargetResult,
  threadCounts,
} from '../common/run/results.js';
import { hodgesLehmannShift, rankSumInterval } from '../common/statistics/rank-sum.js';
import { counted } from '../common/text.js';
import { logMedians, ratioOf } from './analyse/estimates.js';
import { isOk } from './analyse/groups.js';
import { clean, fitted, noBorders, wrapped } from './terminal/lines.js';
import { differences, duration, groupTitle, inline, ratio } from './text.js';

const columns = 100;

export interface ComparedCell {
  readonly cell: CellResult;
  readonly beforeNs: Estimate;
  readonly afterNs: Estimate;
  /** Time after ÷ time before; its `rounds` are those of the run that has fewer. */
  readonly ratio: Estimate;
}

export interface RunComparison {
  readonly before: string;
  readonly after: string;
  /** What makes the two runs measure different things, each a sentence. */
  readonly machineDifferences: readonly string[];
  /** Versions that changed: what one usually wants to compare. */
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
  const reason = (after?.state === 'ok' ? before?.reason : after?.reason) ?? '';
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
    'processors bound': String(run.conditions.bound),
    'workers out of turn stopped': String(run.conditions.paused),
  });
  return differences(facts(before), facts(after));
}

function versionDifferences(before: RunResults, after: RunResults): string[] {
  return differences(versionFacts(before), versionFacts(after));
}

/** Every version that a run knows of, by what it is the version of. */
export function versionFacts(run: RunResults): Record<string, string> {
  return Object.fromEntries([
    ['Touchstone', `${run.touchstone.version} ${run.touchstone.commit ?? ''}`.trim()],
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

/** For the terminal, at most 100 columns. */
export function renderComparison(comparison: RunComparison): string {
  const { machineDifferences: machines, versionDifferences: versions, cells } = comparison;
  const list = (texts: readonly string[]) => texts.flatMap((text) => wrapped(text, columns, '  – '));
  const lines = [pc.bold(fitted(`${clean(comparison.before)} → ${clean(comparison.after)}`, columns))];
  if (machines.length > 0) {
    lines.push(
      pc.red('These runs were not made under the same conditions: the ratios hold that difference too.'),
    );
    lines.push(...list(machines).map(pc.red));
  }
  if (versions.length > 0) lines.push('Versions that changed:', ...list(versions));
  lines.push(pc.dim('Runs on different days compare machines as much as frameworks.'), '');
  lines.push(cells.length > 0 ? comparisonTable(cells) : 'No cell has a result in both runs.');
  if (comparison.unmatched.length > 0)
    lines.push('', 'With a result in one run only:', ...list(comparison.unmatched));
  return lines.join('\n');
}

function comparisonTable(cells: readonly ComparedCell[]): string {
  const table = new Table({
    head: ['cell', 'before', 'after', 'after ÷ before', ''].map((text) => pc.dim(text)),
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
    chars: noBorders,
  });
  for (const { cell, beforeNs, afterNs, ratio: change } of cells) {
    table.push([
      [...wrapped(groupTitle(cell), 30, ''), fitted(cell.target, 30)].join('\n'),
      durationOf(beforeNs),
      durationOf(afterNs),
      inline(ratio(change)),
      changeText(change),
    ]);
  }
  return table.toString();
}

function durationOf(estimate: Estimate): string {
  const { value, unit } = duration(estimate);
  return `${value} ${unit}`;
}

function changeText({ low, high, rounds }: Estimate): string {
  if (low === null || high === null) return pc.dim(counted(rounds, 'round'));
  if (low > 1) return pc.red('slower');
  return high < 1 ? pc.green('faster') : pc.dim('undecided');
}
