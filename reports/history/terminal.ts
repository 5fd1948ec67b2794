/** The history in the terminal as wide as the terminal. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { counted } from '../../common/text.js';
import { clean, fitted, noBorders, wrapped } from '../terminal/lines.js';
import { terminalColumns } from '../terminal/width.js';
import { duration } from '../text.js';
import type { CellHistory, Series } from './series.js';
import { sparkline } from './sparkline.js';
import type { ListedCell, ListedRun } from './store.js';
import { changeText, dateText, noChangeText, runLines, seriesNote } from './words.js';

const columns = terminalColumns();

/** The newest `limit` runs, and all cells. */
export function renderListing(
  runs: readonly ListedRun[],
  cells: readonly ListedCell[],
  limit: number,
): string {
  const shown = runs.slice(-limit);
  const machines = [...new Set(runs.map(({ machineKey }) => machineKey))];
  const runTable = table(
    ['run', 'started', 'commit', 'machine', 'threads', 'rounds', 'cells', ''],
    [null, null, null, null, 'right', 'right', 'right', null],
  );
  for (const run of shown) {
    runTable.push([
      fitted(run.id, 24),
      dateText(run.startedAt),
      run.commit === null ? '' : fitted(run.commit, 13),
      fitted(run.machineKey, 6),
      run.threadCounts ?? run.threads,
      run.finishedRounds,
      `${run.ok}/${run.cells}`,
      endingText(run),
    ]);
  }
  const cellTable = table(['cell', 'runs', 'newest'], [null, 'right', null]);
  for (const { cell, runs: count, ok, lastStartedAt } of cells) {
    cellTable.push([fitted(cell, 66), ok === count ? count : `${ok}/${count}`, dateText(lastStartedAt)]);
  }
  const older = runs.length - shown.length;
  const heading = `${counted(runs.length, 'run')} of ${counted(machines.length, 'machine')}`;
  return [
    pc.bold(`${heading}${older > 0 ? `; the newest ${shown.length} (--limit shows more)` : ''}`),
    runTable.toString(),
    '',
    pc.bold(`${counted(cells.length, 'cell')}; name one, or a glob, to see it over time`),
    cellTable.toString(),
  ].join('\n');
}

/** Empty for a run that finished and counts. */
function endingText({ ending, retraction }: ListedRun): string {
  if (retraction) return pc.red('retracted');
  return ending === 'finished' ? '' : pc.yellow(ending);
}

/** One cell over time: the newest `limit` runs of each series. */
export function renderCell({ cell, series }: CellHistory, limit: number): string {
  const note = seriesNote(series);
  return [
    pc.bold(pc.cyan(fitted(cell, columns))),
    ...(note === '' ? [] : wrapped(note, columns, '! ').map(pc.yellow)),
    ...series.map((one) => renderSeries(one, limit)),
  ].join('\n');
}

function renderSeries(series: Series, limit: number): string {
  const { letter, conditions, ok, changes } = series;
  const lines = runLines(series);
  const shown = lines.slice(-limit);
  const runTable = table(
    ['started', 'commit', 'time per iteration', 'rounds', ''],
    [null, null, 'right', 'right', null],
  );
  for (const { date, commit, time, rounds, note, standing } of shown) {
    const parts = wrapped(note, 34, '').slice(0, 3).join('\n');
    runTable.push([
      date,
      fitted(commit, 13),
      fitted(time, 28),
      rounds,
      standing === 'confirmed' ? pc.red(parts) : parts,
    ]);
  }
  const none = noChangeText(series);
  return [
    ...wrapped(conditions, columns, `${letter}  `),
    ...plot(series),
    ...(shown.length < lines.length
      ? [pc.dim(`the newest ${shown.length} of ${lines.length} runs (--limit shows more)`)]
      : []),
    runTable.toString(),
    ...changes.flatMap((change) => {
      const text = wrapped(changeText(change), columns, change.standing === 'confirmed' ? '  ! ' : '  ? ');
      return change.standing === 'confirmed' ? text.map((line) => pc.red(line)) : text;
    }),
    ...(none === '' ? [] : wrapped(none, columns, '  ')),
    ...(ok.length === 0 ? ['  No run has a result.'] : []),
    '',
  ].join('\n');
}

/** With the fastest and the slowest time that is drawn. */
function plot({ ok, changes }: Series): string[] {
  if (ok.length < 2) return [];
  const times = ok.map(({ cell }) => cell.iterationNs);
  const [line = '', ...marks] = sparkline(times, changes, columns - 26);
  const shown = times.slice(-[...line].length);
  const [low, high] = [Math.min(...shown), Math.max(...shown)].map((value) => {
    const { value: text, unit } = duration({ value, low: value * 0.995, high: value * 1.005 });
    return `${text} ${unit}`;
  });
  return [`   ${line}  ${pc.dim(clean(`${low} to ${high}`))}`, ...marks.map((mark) => `   ${mark}`)];
}

function table(head: readonly string[], alignments: readonly ('right' | null)[]): Table.Table {
  return new Table({
    head: head.map((text) => pc.dim(text)),
    colAligns: alignments.map((alignment) => (alignment === null ? 'left' : alignment)),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: noBorders,
  });
}
