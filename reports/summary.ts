/** The results of a run in sentences, the same in the terminal and at the head of the page. */

import { groupBy } from '../common/group-by.js';
import { groupKey } from '../common/run/cell.js';
import { deviceId, deviceLabel } from '../common/run/device.js';
import {
  type CellResult,
  type CellState,
  type Comparison,
  type Group,
  type RunResults,
  threadCounts,
} from '../common/run/results.js';
import { farRatio, precisionAt } from '../common/statistics/precision.js';
import { isToldApart } from '../common/statistics/ranking.js';
import { maxAdaptiveRounds } from '../common/statistics/sampling.js';
import { minStudentValues } from '../common/statistics/student.js';
import { counted, listed, quoted } from '../common/text.js';
import { settingsInShort } from './analyse/configuration-lint.js';
import { settingsOf, targetSettings } from './analyse/groups.js';
import { type OpenComparison, opennessOf } from './analyse/open-comparisons.js';
import { resumeText } from './resume.js';
import { groupTitle, inline, percent, ratio, threadsText } from './text.js';

/** The effective device of a cell; of one that never started, the planned one. */
export function deviceOf({ targets }: RunResults, cell: CellResult): string {
  const found = targets.find(({ target }) => target === cell.target)?.device;
  return found ? deviceLabel(found) : deviceId(cell.device);
}

/**
 * A group in one sentence: which target is fastest, by how much over the next that is told apart from it, or that the data do
 * not show it and what would.
 */
export function verdict(group: Group): string {
  const [first] = group.ranking;
  if (!first) return 'No target has a result.';
  if (group.ranking.length === 1)
    return `Only ${first.target} has a result: there is nothing to compare it with.`;
  const [second] = group.comparisons;
  if (second && group.comparisons.every(({ adjustedP }) => adjustedP === null)) {
    const order = `${first.target} comes first and ${second.target} takes ${times(second)} as long`;
    return `Too few rounds to tell targets apart (${minStudentValues} are needed); in these, ${order}.`;
  }
  const told = group.comparisons.find(isToldApart);
  const lead = told ? `${told.target} takes ${times(told)} as long` : '';
  const open = group.comparisons.filter((comparison) => isOpen(comparison, told));
  if (open.length === 0) return `${first.target} is fastest; ${lead}.`;
  const together = `${listed([first.target, ...open.map(({ target }) => target)])} are not told apart${more(open)}`;
  return told ? `${together}; ${lead} as ${first.target}.` : `${together}.`;
}

/** Whether a target is not told apart from the fastest one, and nothing that is comes before it. */
function isOpen(comparison: Comparison, told: Comparison | undefined): boolean {
  return !isToldApart(comparison) && (told === undefined || comparison.ratio.value <= told.ratio.value);
}

/** What would decide it, where something would. */
function more(open: readonly Comparison[]): string {
  const rounds = open.flatMap(({ furtherRounds }) => furtherRounds ?? []);
  if (rounds.length < open.length) return '';
  return ` (about ${counted(Math.max(...rounds), 'more round')} would)`;
}

function times(comparison: Comparison): string {
  return inline(ratio(comparison.ratio));
}

/** The number of cells by state, in the order in which states are shown. */
export function stateCounts(results: RunResults): { state: CellState; count: number }[] {
  const order: CellState[] = ['ok', 'wrong', 'failed', 'unmeasured', 'unsupported', 'unavailable'];
  return order
    .map((state) => ({ state, count: results.cells.filter((cell) => cell.state === state).length }))
    .filter(({ count }) => count > 0);
}

/** The lowest level of the intervals of all cells; null where one has no interval, undefined where nothing was timed. */
export function commonLevel(results: RunResults): number | null | undefined {
  const levels = results.cells.flatMap(({ metrics }) => (metrics ? [metrics.iterationNs.level] : []));
  if (levels.length === 0) return undefined;
  return levels.reduce<number | null>(
    (lowest, level) => (lowest === null || level === null ? null : Math.min(lowest, level)),
    1,
  );
}

/** Differences in settings among the targets of a group that have a result, a line each. */
export function groupDifferences(results: RunResults, group: Group): string[] {
  const ok = groupCells(results, group).filter(({ state }) => state === 'ok');
  const sides = ok.map((cell) => ({ target: cell.target, settings: settingsOf(cell, results.targets) }));
  return [...settingsInShort(sides, group.batch), ...differencesApart(alikeOf(results.groups, group))];
}

/** Groups that compute the same, whatever they compute it with. */
function alikeOf(groups: readonly Group[], group: Group): readonly Group[] {
  const byWork = groupsByWork.get(groups) ?? groupBy(groups, workAlone);
  groupsByWork.set(groups, byWork);
  return byWork.get(workAlone(group)) ?? [];
}

/** Kept with their lists: of thousands of groups each asks for its own. */
const groupsByWork = new WeakMap<readonly Group[], ReadonlyMap<string, Group[]>>();
const cellsByGroup = new WeakMap<readonly CellResult[], ReadonlyMap<string, CellResult[]>>();

/** What computed the same model in another precision, or in software for a device, is compared apart: a line for each such model. */
function differencesApart(groups: readonly Group[]): string[] {
  const ranked = groups.filter(({ ranking }) => ranking.length > 0);
  const lines = [...groupBy(ranked, workAlone).values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length < 2) return [];
    const each = same.map(
      (group) => `${meansOf(group)} (${group.ranking.map(({ target }) => target).join(', ')})`,
    );
    return [`precision and device of ${first.workload}, compared apart: ${each.join('; ')}`];
  });
  return [...new Set(lines)];
}

function meansOf({ precision, software }: Group): string {
  return software ? `${precision} in software` : precision;
}

/** What is computed, whatever it is computed with. */
function workAlone({ software: _, ...group }: Group): string {
  return groupKey({ ...group, precision: 'float32' });
}

/**
 * Differences in settings among the targets of a run that have a result, whatever the cell. In a sweep over threads each
 * names the counts for which it holds, since a target with one thread by design is like the others at one.
 */
export function runDifferences(results: RunResults): string[] {
  const compared = new Set(results.groups.flatMap(({ ranking }) => ranking.map(({ target }) => target)));
  const sides = results.targets.filter(({ target }) => compared.has(target));
  const largest = Math.max(...results.groups.map(({ batch }) => batch));
  const counts = threadCounts(results.options);
  const found = new Map<string, number[]>();
  for (const count of counts) {
    const lines = settingsInShort(
      sides.map((side) => ({ target: side.target, settings: targetSettings(side, count) })),
      largest,
    );
    for (const line of lines) found.set(line, [...(found.get(line) ?? []), count]);
  }
  const settings = [...found].map(([line, at]) =>
    at.length === counts.length ? line : `with ${threadsText(at)}: ${line}`,
  );
  return [...settings, ...differencesApart(results.groups)];
}

export function groupCells({ cells }: RunResults, group: Group): RunResults['cells'] {
  const byGroup = cellsByGroup.get(cells) ?? groupBy(cells, groupKey);
  cellsByGroup.set(cells, byGroup);
  return byGroup.get(groupKey(group)) ?? [];
}

/**
 * Whether all comparisons were decided before the time was up; undefined where the number of rounds was given.
 *
 * @param run what the user calls it
 */
export function precisionText(
  results: RunResults,
  run = results.id,
): { good: boolean; text: string } | undefined {
  const { precision } = results.options;
  if (precision === undefined) return undefined;
  const { count, open } = opennessOf(results);
  if (count === 0) return { good: false, text: 'Nothing was timed that could be compared.' };
  const asked = `ratios to the fastest to ±${percent(precision)} (±${percent(precisionAt(Infinity, precision))} above ${farRatio}×)`;
  if (open.length === 0) {
    return {
      good: true,
      text: `All comparisons are decided: ${asked}, neighbours told apart or as well known.`,
    };
  }
  const titles = new Set(open.flatMap(({ cells }) => cells.slice(0, 1).map(groupTitle)));
  const are = open.length === 1 ? 'is' : 'are';
  return {
    good: false,
    text: `${open.length} of ${counted(count, 'comparison')} ${are} not decided (asked: ${asked}, neighbours told apart or as well known): ${listed([...titles])}${goOnText(results, run, open)}.`,
  };
}

/** What would decide it; empty where nothing can go on. */
function goOnText(results: RunResults, run: string, open: readonly OpenComparison[]): string {
  if (results.machine.browser !== undefined || results.finishedRounds === 0) return '';
  const command = resumeText(results, run);
  if (command === '') return `; they would take more than ${maxAdaptiveRounds} rounds, which no run has`;
  if (results.finishedRounds < minStudentValues) return `; \`${command}\` would give them intervals`;
  const isSome = open.some(({ furtherRounds }) => furtherRounds === null);
  return `; \`${command}\` would${isSome ? ' decide some of them' : ''}`;
}

/** `5 of 8 rounds`, or `3 to 12 rounds a cell` where they went to what was not decided. */
export function roundsText({ cells, finishedRounds, plannedRounds, options }: RunResults): string {
  const counts = cells.flatMap(({ rounds, state }) => (rounds && state === 'ok' ? [rounds.count] : []));
  if (counts.length === 0) {
    const isShort = options.rounds !== null && plannedRounds < options.rounds;
    return `${finishedRounds} of ${plannedRounds} rounds${isShort ? ` (${options.rounds} were asked for)` : ''}`;
  }
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least === most ? '' : `${least} to `}${counted(most, 'round')} a cell`;
}

/** Which parity verdicts are of earlier runs; undefined where none is. */
export function keptVerdictsText({ cells }: RunResults): string | undefined {
  const dates = cells.flatMap(({ checkedAt }) => (checkedAt === undefined ? [] : [checkedAt.slice(0, 10)]));
  const days = [...new Set(dates)].sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const when = last === first ? `of ${first}` : `of ${first} to ${last}`;
  return `${counted(dates.length, 'parity verdict')} ${when} ${dates.length === 1 ? 'was' : 'were'} used again, since nothing that a verdict depends on has changed; --verify checks anew.`;
}

/** How the run ended, unless it finished. @param run what the user calls it */
export function endingText(
  { ending, machine, id }: Pick<RunResults, 'ending' | 'machine' | 'id'>,
  run = id,
): string | undefined {
  if (machine.browser !== undefined && ending !== 'finished')
    return 'The run in the browser of a visitor ended before its plan was done; such a run cannot go on.';
  const resume = `\`--resume ${quoted(run)}\``;
  const texts = {
    finished: undefined,
    interrupted: `The run was interrupted; ${resume} continues it.`,
    storage: `The run folder could not be written to the end; free some space, then ${resume} continues the run.`,
    error: `The run stopped by an error; ${resume} continues it.`,
  };
  return texts[ending];
}
