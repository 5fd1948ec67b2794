/** The wording of a comparison of runs, the same in the terminal, on the page and in Markdown. */
import { at } from '../../common/at.js';
import { groupBy } from '../../common/group-by.js';
import type { Estimate } from '../../common/run/results.js';
import { counted, listed } from '../../common/text.js';
import type { ComparedCell, ComparedRun, Entry, Fact, RunsComparison } from '../analyse/compare-runs.js';
import { type Standing, tieMargin } from '../html/page/ratio.js';
import { groupTitle, percent, ratioText } from '../text.js';

type Change = Exclude<Standing, 'baseline'>;

export function changeOf({ low, high }: Estimate): Change {
  if (low === null || high === null) return 'undecided';
  if (low > 1) return 'slower';
  if (high < 1) return 'faster';
  return high <= 1 + tieMargin && low >= 1 / (1 + tieMargin) ? 'tie' : 'undecided';
}

/** `slower`; for what has no interval, what it rests on. */
export function changeText(ratio: Estimate): string {
  const words: Readonly<Record<Change, string>> = {
    slower: 'slower',
    faster: 'faster',
    tie: 'equal within 2 %',
    undecided: 'not told apart',
  };
  return ratio.low === null ? counted(ratio.rounds, 'round') : words[changeOf(ratio)];
}

/** The ratios of one run, each with its cell. */
export interface RunRatio {
  readonly cell: ComparedCell;
  readonly ratio: Estimate;
}

export function ratiosOf({ cells }: RunsComparison, run: number): RunRatio[] {
  return cells.flatMap((cell) => {
    const { ratio } = timeOf(cell, run) ?? { ratio: null };
    return ratio ? [{ cell, ratio }] : [];
  });
}

export function timeOf({ entries }: ComparedCell, run: number): Extract<Entry, { kind: 'time' }> | undefined {
  const entry = at(entries, run, 'the runs of a cell');
  return entry.kind === 'time' ? entry : undefined;
}

/** Runs that have ratios, each with its place. */
export function comparedSides({ runs }: RunsComparison): { run: ComparedRun; place: number; base: string }[] {
  return runs.flatMap((run, place) =>
    run.against === null ? [] : [{ run, place, base: at(runs, run.against, 'the runs compared').letter }],
  );
}

/** In a sentence for each run that has ratios: how many cells are slower, and by how much. */
export function summaryTexts(comparison: RunsComparison): string[] {
  return comparedSides(comparison).map(({ run, place, base }) => {
    const ratios = ratiosOf(comparison, place).map(({ ratio }) => ratio);
    if (ratios.length === 0) return `${run.letter} against ${base}: ${noneText(comparison)}`;
    const withInterval = ratios.filter(({ low }) => low !== null);
    const of = (change: Change) => withInterval.filter((ratio) => changeOf(ratio) === change);
    const some = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}`]);
    const parts = [
      ...(withInterval.length === 0
        ? []
        : [countText(of('slower'), 'slower'), countText(of('faster'), 'faster')]),
      ...some(of('tie').length, `equal within ${percent(tieMargin)}`),
      ...some(of('undecided').length, 'not told apart'),
      ...some(ratios.length - withInterval.length, 'with too few rounds for an interval'),
    ];
    return `${run.letter} against ${base}, ${counted(ratios.length, 'cell')}: ${parts.join(', ')}.`;
  });
}

function countText(ratios: readonly Estimate[], change: Change): string {
  if (ratios.length === 0) return `none ${change}`;
  const values = ratios.map(({ value }) => value).sort((a, b) => a - b);
  const [least, most] = [0, -1].map((end) => bareText(at(values, end)));
  return `${ratios.length} ${change} (${least === most ? least : `${least} to ${most}`})`;
}

function bareText(value: number): string {
  return ratioText({ value, low: null, high: null });
}

function noneText({ different }: RunsComparison): string {
  return different.length > 0 ? 'No cell is left to compare.' : 'No cell has a result in both runs.';
}

/** Runs of several machines have times and no ratio between them. */
export function machinesText({ runs }: RunsComparison): string {
  const machines = [...groupBy(runs, ({ machine }) => machine).values()];
  if (machines.length < 2) return '';
  const each = machines.map((same) => listed(same.map(({ letter }) => letter)));
  return `${listed(each, 'and')} are of ${machines.length} machines: their times stand side by side, without a ratio.`;
}

/** Said where some ratio is between runs that were not made under the same conditions; empty elsewhere. */
export function unlikeText({ conditions, runs }: RunsComparison): string {
  const isUnlike = runs.some(({ against }, place) =>
    against === null ? false : conditions.some(({ values }) => values[place] !== values[against]),
  );
  return isUnlike
    ? 'These runs were not made under the same conditions: the ratios hold that difference too.'
    : '';
}

/** `cores: 2 → 4`; of more runs `cores: A 2, B 4, C 2`. */
export function factText({ what, values }: Fact, runs: readonly ComparedRun[]): string {
  const texts = values.map((value) => value ?? 'absent');
  if (texts.length === 2) return `${what}: ${texts.join(' → ')}`;
  return `${what}: ${texts.map((text, place) => `${at(runs, place).letter} ${text}`).join(', ')}`;
}

/**
 * Cells that are shown one by one, the largest change first: those that some ratio tells apart, those without an interval, and those
 * whose times stand beside another machine's.
 */
export function listedCells(comparison: RunsComparison): ComparedCell[] {
  const sizeOf = (cell: ComparedCell) => {
    const logs = cell.entries.flatMap((entry) =>
      entry.kind === 'time' && entry.ratio ? [Math.abs(Math.log(entry.ratio.value))] : [],
    );
    return Math.max(0, ...logs);
  };
  const found = comparison.cells.filter((cell) => isListed(cell, comparison.runs));
  return found
    .map((cell) => ({ cell, size: sizeOf(cell) }))
    .sort((a, b) => b.size - a.size)
    .map(({ cell }) => cell);
}

function isListed({ entries }: ComparedCell, runs: readonly ComparedRun[]): boolean {
  const timed = entries.flatMap((entry, run) => (entry.kind === 'time' ? [{ entry, run }] : []));
  const ratios = timed.flatMap(({ entry }) => entry.ratio ?? []);
  if (ratios.some((ratio) => ratio.low === null || ['slower', 'faster'].includes(changeOf(ratio))))
    return true;
  return new Set(timed.map(({ run }) => at(runs, run).machine)).size > 1;
}

/** Cells whose ratios are all compatible with no change, a line for each group of cells. */
export function unlistedTexts(comparison: RunsComparison): string[] {
  const listedOnes = new Set(listedCells(comparison));
  const others = comparison.cells.filter(
    (cell) =>
      !listedOnes.has(cell) && cell.entries.some((entry) => entry.kind === 'time' && entry.ratio !== null),
  );
  return [...groupBy(others, ({ cell }) => groupTitle(cell))].map(([title, cells]) => {
    const ratios = cells.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === 'time' && entry.ratio ? [entry.ratio] : [])),
    );
    const bounds = ratios.flatMap(({ low, high }) => [low ?? 1, high ?? 1]);
    const range = `${bareText(Math.min(...bounds))} to ${bareText(Math.max(...bounds))}`;
    return `${title}: ${cells.map(({ cell }) => cell.target).join(', ')} (within ${range})`;
  });
}

/** For each run one line of the cells that others have a result of. */
export function absentTexts({ cells, runs }: RunsComparison): string[] {
  return runs.flatMap(({ letter }, run) => {
    const absent = cells.flatMap(({ cell, entries }) => {
      const entry = at(entries, run, 'the runs of a cell');
      return entry.kind === 'none' ? [{ target: cell.target, state: entry.state }] : [];
    });
    if (absent.length === 0) return [];
    const targets = [...groupBy(absent, ({ target }) => target)].map(([target, own]) => {
      const states = [...groupBy(own, ({ state }) => state)].map(
        ([state, { length }]) => `${length} ${state}`,
      );
      return `${target} (${states.join(', ')})`;
    });
    return [`${counted(absent.length, 'cell')} without a result in ${letter}: ${targets.join(', ')}`];
  });
}
