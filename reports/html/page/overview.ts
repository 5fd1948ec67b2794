/** The index of a large report: a row for each of its pages, in which a number stands for all comparisons of a target there. */
import { inline, ratio as ratioQuantity } from '../../text.js';
import type { Choice } from './choice.js';
import { type Look, lookOf } from './look.js';
import { heatOf } from './matrix.js';
import { item, type TableTarget } from './table.js';

/** Logarithm of the geometric mean of ratios, and over how many comparisons it is. */
export type Mean = readonly [log: number, count: number];

export interface Overview {
  /** Id of the run. */
  readonly run: string;
  readonly targets: readonly Pick<TableTarget, 'name' | 'slug' | 'family'>[];
  readonly rows: readonly OverviewRow[];
}

export interface OverviewRow {
  readonly title: string;
  /** Relative to the index. */
  readonly page: string;
  /** What links to its cells begin with. */
  readonly parts: readonly string[];
  readonly comparisons: number;
  /** Planned cells of each target. */
  readonly planned: readonly number[];
  /** Each target ÷ the fastest of each comparison; null without a result. */
  readonly fastest: readonly (Mean | null)[];
  /** Each target ÷ each one before it, in the comparisons that both have. */
  readonly pairs: readonly (Mean | null)[];
}

export interface OverviewChoice extends Pick<Choice, 'baseline' | 'descending' | 'hiddenTargets' | 'theme'> {
  /** A target; null: the order of the plan. */
  readonly sort: number | null;
  /** Rows whose titles have one of these words; all where it is empty. */
  readonly find: string;
}

export interface OverviewCell {
  readonly text: string;
  readonly style: string;
  /** All of it in words. */
  readonly label: string;
}

export interface OverviewLine {
  readonly title: string;
  readonly page: string;
  readonly cells: readonly OverviewCell[];
}

export interface OverviewView {
  readonly caption: string;
  readonly columns: readonly {
    readonly target: number;
    readonly name: string;
    readonly look: Look;
    readonly sorted: 'ascending' | 'descending' | '';
  }[];
  readonly all: OverviewLine;
  readonly rows: readonly OverviewLine[];
  readonly status: string;
}

/** Place of a pair among `pairs`, of which the first target comes after the second. */
export function pairPlace(later: number, earlier: number): number {
  return (later * (later - 1)) / 2 + earlier;
}

/** @param baseline null: the fastest of each comparison */
export function meanOf(row: OverviewRow, target: number, baseline: number | null): Mean | null {
  const own = item(row.fastest, target);
  if (baseline === null) return own;
  if (baseline === target) return own && [0, own[1]];
  const found = item(row.pairs, pairPlace(Math.max(target, baseline), Math.min(target, baseline)));
  return found && (target > baseline ? found : [-found[0], found[1]]);
}

export function overviewView(overview: Overview, choice: OverviewChoice): OverviewView {
  const shown = comparedColumns(overview).filter((target) => !choice.hiddenTargets.has(target));
  const rows = inOrder(foundRows(overview, choice), choice);
  const against =
    choice.baseline === null
      ? 'of the fastest target of each comparison'
      : `of ${item(overview.targets, choice.baseline).name}`;
  return {
    caption: `Time of each target ÷ time ${against}: the geometric mean over the comparisons of each row that have both; below 1 is faster, above 1 slower`,
    columns: shown.map((target) => ({
      target,
      name: item(overview.targets, target).name,
      look: lookOf(target),
      sorted: choice.sort !== target ? '' : choice.descending ? 'descending' : 'ascending',
    })),
    all: {
      title: 'All shown',
      page: '',
      cells: shown.map((target) =>
        cellOf(
          overview,
          target,
          total(rows.map((row) => meanOf(row, target, choice.baseline))),
          rows.reduce((sum, { comparisons }) => sum + comparisons, 0),
          'all rows that are shown',
        ),
      ),
    },
    rows: rows.map((row) => ({
      title: row.title,
      page: row.page,
      cells: shown.map((target) =>
        cellOf(overview, target, meanOf(row, target, choice.baseline), row.comparisons, row.title),
      ),
    })),
    status: statusOf(overview, rows, choice),
  };
}

/** Targets with a result anywhere. */
export function comparedColumns({ targets, rows }: Overview): number[] {
  return [...targets.keys()].filter((target) => rows.some(({ fastest }) => item(fastest, target) !== null));
}

function foundRows({ rows }: Overview, { find }: OverviewChoice): OverviewRow[] {
  const wanted = find
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return rows.filter(
    ({ title, parts }) =>
      wanted.length === 0 ||
      wanted.some((word) => [title, ...parts].some((text) => text.toLowerCase().includes(word))),
  );
}

/** What has no value comes last. */
function inOrder(
  rows: readonly OverviewRow[],
  { sort, baseline, descending }: OverviewChoice,
): OverviewRow[] {
  if (sort === null) return descending ? [...rows].reverse() : [...rows];
  const sign = descending ? -1 : 1;
  const keyOf = (row: OverviewRow) => meanOf(row, sort, baseline)?.[0] ?? null;
  return [...rows].sort((a, b) => {
    const [ours, theirs] = [keyOf(a), keyOf(b)];
    if (ours === null || theirs === null) return ours === theirs ? 0 : ours === null ? 1 : -1;
    return sign * (ours - theirs);
  });
}

/** Each comparison counts once. */
function total(means: readonly (Mean | null)[]): Mean | null {
  let [sum, count] = [0, 0];
  for (const mean of means) {
    sum += mean === null ? 0 : mean[0] * mean[1];
    count += mean === null ? 0 : mean[1];
  }
  return count === 0 ? null : [sum / count, count];
}

function cellOf(
  { targets }: Overview,
  target: number,
  mean: Mean | null,
  comparisons: number,
  row: string,
): OverviewCell {
  const { name } = item(targets, target);
  if (mean === null) return { text: '', style: 'none', label: `${name}, ${row}: no ratio` };
  const [log, count] = mean;
  const value = Math.exp(log);
  const bare = inline(ratioQuantity({ value, low: null, high: null }));
  const isPart = count < comparisons;
  return {
    text: isPart ? `${bare}°` : bare,
    style: [heatOf(value), isPart ? 'fade-2' : ''].filter(Boolean).join(' '),
    label: `${bare} ${name}, ${row}: over ${count} of ${comparisons} comparisons`,
  };
}

function statusOf(
  overview: Overview,
  rows: readonly OverviewRow[],
  { hiddenTargets }: OverviewChoice,
): string {
  const cells = (of: readonly OverviewRow[], isCounted: (target: number) => boolean) =>
    of.reduce(
      (sum, { planned }) =>
        sum + planned.reduce((own, count, target) => own + (isCounted(target) ? count : 0), 0),
      0,
    );
  const all = comparedColumns(overview);
  const shown = all.filter((target) => !hiddenTargets.has(target)).length;
  const cellsShown = cells(rows, (target) => !hiddenTargets.has(target));
  return `${cellsShown} of ${cells(overview.rows, () => true)} cells shown: ${shown} of ${all.length} targets with a result, ${rows.length} of ${overview.rows.length} rows`;
}
