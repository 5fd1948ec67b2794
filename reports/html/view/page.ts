/** Everything that the template shows, in its order; all text is plain and the template escapes it. */
import type { RunResults } from '../../../common/run/results.js';
import { counted, listed } from '../../../common/text.js';
import { stateCounts } from '../../summary.js';
import { percent } from '../../text.js';
import type { Chart } from '../chart.js';
import type { LogTails } from '../log-tails.js';
import { firstChoiceOf } from '../page/choice.js';
import { matrixView } from '../page/matrix.js';
import { type PackedTable, packed } from '../page/pack.js';
import type { Referenced } from '../page/references.js';
import { comparedTargets, familiesOf } from '../page/selection.js';
import { cellId, item, type ResultTable } from '../page/table.js';
import * as facts from './facts.js';
import { drawnBeforehand, firstOf, groupCharts, sectionOf, sweepViews } from './figures.js';
import { type GroupView, groupViews } from './groups.js';
import { referenced } from './references.js';
import { headOf, runView } from './run.js';
import { tableOf } from './table.js';

export interface Page {
  readonly view: Readonly<Record<string, unknown>>;
  readonly data: PageData;
  readonly table: ResultTable;
}

/** What the page's script computes from. */
export interface PageData {
  readonly table: PackedTable;
  /** `SweepData`. */
  readonly sweeps: Referenced;
  /** Where the run's files are, relative to the page. */
  readonly folder: string;
}

interface Printed {
  readonly logs?: LogTails | undefined;
}

/** A page of several, beside an index that says what holds for the whole run. */
export interface Part extends Printed {
  readonly title: string;
}

/** The only page of a run. */
export interface Whole extends Printed {
  /** What the user calls the run. */
  readonly run: string;
}

/** More sentences than these would push the matrix off the first screen. */
const maxSentences = 8;

/**
 * @param marks maximum of single iterations, and of turns, that the page has of a cell
 * @param place of one of several pages, the results are those of its cells alone
 */
export async function pageOf(
  results: RunResults,
  charts: readonly Chart[],
  marks: number,
  place: Part | Whole,
): Promise<Page> {
  const table = tableOf(results, marks, place.logs);
  const [first, ...others] = [firstOf(groupCharts(charts)), ...groupCharts(charts).slice(1)];
  const sweeps = sweepViews(charts, results, 'title' in place);
  const groups = groupViews(results, table, !('title' in place));
  const choices = choicesOf(table);
  const folder = 'title' in place ? '../' : '';
  const places = new Map(table.cells.state.map((_, cell) => [cellId(table, cell), cell]));
  const cellConfiguration = facts.cellConfigurationTable(results, places);
  const view = {
    ...headOf(results),
    folder,
    groups,
    sentences: { first: groups.slice(0, maxSentences), more: groups.slice(maxSentences) },
    intervals: intervalsText(results),
    matrix: matrixView(table, firstChoiceOf(table)),
    choices,
    withoutResult: withoutResult(results, table),
    first: {
      ...sectionOf(first),
      drawn: await drawnBeforehand(first, table),
      group: groups[0],
      groups: choices.groups,
    },
    charts: others.map(sectionOf),
    sweeps: sweeps.views,
    unlike: unlikeText(groups),
    counts: stateCounts(results),
    cellCount: results.cells.length,
    states: facts.statesTable(table),
    cellConfiguration,
    ...('title' in place
      ? {
          part: place,
          parity: facts.parityTable(results, places, 'failed'),
          hasSettings: cellConfiguration.rows.length > 0,
        }
      : { run: runView(results, marks, place.run), parity: facts.parityTable(results, places, 'all') }),
  };
  return { view, table, data: { table: packed(table), sweeps: referenced(sweeps.data), folder } };
}

/** What a reader can choose from, each with its place in the table. */
function choicesOf(table: ResultTable) {
  const families = [...familiesOf(table)].map(([family, { length }]) => ({ family, count: length }));
  return {
    targets: comparedTargets(table).map((place) => ({ place, name: item(table.targets, place).name })),
    groups: table.groups.map(({ title }, place) => ({ place, name: title })),
    families: families.length > 1 ? families : [],
  };
}

/** What the brackets of all numbers are, said once. */
function intervalsText({ groups }: RunResults): string {
  const levels = groups.flatMap(({ comparisons }) => comparisons.map(({ ratio }) => ratio.level));
  const known = [...new Set(levels.filter((level) => level !== null))].sort((a, b) => a - b);
  return known.length === 0 ? '' : `Brackets are ${listed(known.map(percent), 'or')} intervals.`;
}

/** Targets that have no result anywhere, by why: said once instead of in every column. */
function withoutResult({ cells }: RunResults, table: ResultTable): { reason: string; targets: string }[] {
  const compared = new Set(comparedTargets(table).map((target) => item(table.targets, target).name));
  const byReason = new Map<string, Set<string>>();
  for (const { target, state, reason } of cells.filter((cell) => !compared.has(cell.target))) {
    const why = `${state}: ${reason}`;
    byReason.set(why, (byReason.get(why) ?? new Set()).add(target));
  }
  return [...byReason].map(([reason, targets]) => ({ reason, targets: listed([...targets]) }));
}

function unlikeText(groups: readonly GroupView[]): string {
  const unlike = groups.filter(({ differences }) => differences.length > 0);
  if (unlike.length === 0) return 'all targets compute with the same effective settings';
  const names = [...new Set(unlike.flatMap(({ differences }) => differences.map(nameOf)))];
  return `not like for like in ${unlike.length} of ${counted(groups.length, 'comparison')}: ${listed(names)}`;
}

/** `instructions` of `instructions: avx2 (a, b); scalar (c)`. */
function nameOf(difference: string): string {
  return /^([^:]{1,40}):/.exec(difference)?.[1] ?? difference;
}
