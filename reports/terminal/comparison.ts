/** Runs side by side, as wide as the terminal. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { at } from '../../common/at.js';
import type { Estimate } from '../../common/run/results.js';
import type { ComparedCell, ComparedRun, RunsComparison } from '../analyse/compare-runs.js';
import {
  absentTexts,
  changeOf,
  changeText,
  comparedSides,
  factText,
  listedCells,
  machinesText,
  summaryTexts,
  unlikeText,
  unlistedTexts,
} from '../compare/words.js';
import { dateText } from '../history/words.js';
import { duration, groupTitle, inline, ratio as ratioQuantity } from '../text.js';
import { clean, fitted, fittedTarget, noBorders, wrapped } from './lines.js';
import { terminalColumns } from './width.js';

const cellWidth = 30;
/** Of a run with its ratio to another, spaces included; the first has its times alone. */
const [runWidth, firstWidth] = [28, 14];
/** Of what it says in a line. */
const columnWidth = runWidth - 3;

/** As many as fit beside the names of cells. */
function runsPerTable(columns: number): number {
  return 1 + Math.max(1, Math.floor((columns - cellWidth - 3 - firstWidth) / runWidth));
}

export function renderComparison(comparison: RunsComparison, columns = terminalColumns()): string {
  const summary = summaryTexts(comparison).flatMap((text) => wrapped(text, columns, ''));
  return [...headLines(comparison, columns), ...summary.map(pc.bold), ...cellLines(comparison, columns)].join(
    '\n',
  );
}

/** What differs, before any number. */
function headLines(comparison: RunsComparison, columns: number): string[] {
  const { runs, conditions, versions, different, renamed, unknown } = comparison;
  const machines = machinesText(comparison);
  const facts = (given: typeof conditions) =>
    list(
      given.map((fact) => factText(fact, runs)),
      columns,
    );
  const lines = runs.map((run) => pc.bold(fitted(runText(run), columns)));
  if (machines !== '') lines.push(...wrapped(machines, columns, '').map(pc.red));
  const unlike = unlikeText(comparison);
  if (unlike !== '') lines.push(pc.red(unlike));
  lines.push(...facts(conditions).map(pc.red));
  if (versions.length > 0) lines.push('Versions that changed:', ...facts(versions));
  lines.push(pc.dim('Runs on different days compare machines as much as frameworks.'), '');
  if (different.length > 0)
    lines.push(pc.red('Not compared, because it is another computation:'), ...list(different, columns), '');
  if (renamed.length > 0)
    lines.push('The same computation under another name:', ...list(renamed, columns), '');
  lines.push(...unknown.flatMap((text) => wrapped(text, columns, '! ')).map(pc.yellow));
  return lines;
}

function runText({ letter, id, startedAt, commit }: ComparedRun): string {
  return `${letter}  ${clean(id)}, ${dateText(startedAt)}${commit === null ? '' : `, commit ${clean(commit)}`}`;
}

function cellLines(comparison: RunsComparison, columns: number): string[] {
  const listed = listedCells(comparison);
  const unlisted = unlistedTexts(comparison);
  const absent = absentTexts(comparison);
  const others = comparison.runs.map((_, place) => place).slice(1);
  const tables: string[] = [];
  const beside = runsPerTable(columns) - 1;
  for (let from = 0; listed.length > 0 && from < others.length; from += beside) {
    tables.push('', cellTable(comparison, listed, [0, ...others.slice(from, from + beside)]));
  }
  return [
    ...tables,
    ...(unlisted.length > 0 ? ['', 'Equal or not told apart:', ...list(unlisted, columns).map(pc.dim)] : []),
    ...(absent.length > 0 ? ['', ...list(absent, columns)] : []),
  ];
}

/** @param shown places of the runs that have a column */
function cellTable(
  comparison: RunsComparison,
  cells: readonly ComparedCell[],
  shown: readonly number[],
): string {
  const bases = new Map(comparedSides(comparison).map(({ place, base }) => [place, base]));
  const heads = shown.map((place) => {
    const { letter } = at(comparison.runs, place);
    const base = bases.get(place);
    return base === undefined ? letter : `${letter}, ${letter} ÷ ${base}`;
  });
  const table = new Table({
    head: ['cell', ...heads].map((text) => pc.dim(text)),
    colAligns: ['left', ...shown.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
    chars: noBorders,
  });
  for (const { cell, entries } of cells) {
    table.push([
      [...wrapped(groupTitle(cell), cellWidth, ''), fittedTarget(cell.target, cellWidth)].join('\n'),
      ...shown.map((place) => entryText(at(entries, place))),
    ]);
  }
  return table.toString();
}

function entryText(entry: ComparedCell['entries'][number]): string {
  switch (entry.kind) {
    case 'none':
      return pc.dim(entry.state);
    case 'other':
      return pc.dim('another computation');
    case 'time': {
      const time = inline({ ...duration(entry.timeNs), interval: '' });
      if (!entry.ratio) return time;
      return [time, ...ratioLines(entry.ratio)].join('\n');
    }
  }
}

const paints = { slower: pc.red, faster: pc.green, tie: pc.dim, undecided: pc.dim };

/** What it means has a line of its own beside a long ratio, and the interval of a very long one too. */
function ratioLines(ratio: Estimate): string[] {
  const [text, words] = [inline(ratioQuantity(ratio)), changeText(ratio)];
  const painted = paints[changeOf(ratio)](words);
  if (text.length + words.length < columnWidth) return [`${text} ${painted}`];
  return [...(text.length <= columnWidth ? [text] : text.split(/ (?=\[)/)), painted];
}

function list(texts: readonly string[], columns: number): string[] {
  return texts.flatMap((text) => wrapped(text, columns, '  – '));
}
