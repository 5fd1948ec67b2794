/** `history [cell]`: the recorded runs, a cell over time, and where its level changed. */
import { resolve } from 'node:path';
import { exitStatus, TouchstoneError } from '../common/errors.js';
import { writeWhole } from '../common/files.js';
import { historyFile } from '../common/paths.js';
import { chosenCells } from '../reports/history/choose.js';
import { importRuns } from '../reports/history/import-runs.js';
import { jsonOf, listingJson } from '../reports/history/json.js';
import { renderHistory } from '../reports/history/page.js';
import { type CellHistory, cellHistories } from '../reports/history/series.js';
import { type HistoryStore, openExisting } from '../reports/history/store.js';
import { renderCell, renderListing } from '../reports/history/terminal.js';
import { say } from './say.js';

export interface HistoryOptions {
  /** Name or glob; `*` matches slashes too. */
  readonly cell?: string;
  /** Names or globs of targets: their cells only. */
  readonly targets?: readonly string[];
  /** Maximum of newest runs that are listed, of each series. Changes are found in all runs. */
  readonly limit?: number;
  readonly json?: true;
  /** Where to write the page. */
  readonly html?: string;
  /** Run folders to be added first. */
  readonly import?: readonly string[];
}

const defaultLimit = 20;
/** Each has a drawing: nobody reads a longer page to its end. */
const maxOnPage = 40;

/** @param file the store; that of this checkout by default */
export async function historyCommand(
  options: HistoryOptions,
  file: string | undefined = historyFile(),
): Promise<number> {
  if (file === undefined) {
    throw new TouchstoneError('usage', 'TOUCHSTONE_HISTORY is empty: no history is kept', {
      hint: 'unset it, or name a file in it',
    });
  }
  const imported = await importRuns(options.import ?? [], file, say);
  const store = openExisting(file);
  if (!store) {
    throw new TouchstoneError('usage', 'no run is in the history yet', {
      hint: 'every run from now on is added; `history --import .touchstone/runs/*` adds earlier ones',
    });
  }
  try {
    await show(store, options);
  } finally {
    store.close();
  }
  return imported === 'all' ? 0 : exitStatus.usage;
}

async function show(store: HistoryStore, options: HistoryOptions): Promise<void> {
  const { cell, html, json, limit = defaultLimit } = options;
  const cells = chosenCells(store.cells(), options);
  if (cell === undefined && html === undefined) {
    const runs = store.runs();
    process.stdout.write(json ? listingJson(runs, cells) : `${renderListing(runs, cells, limit)}\n`);
    return;
  }
  if (html !== undefined && cells.length > maxOnPage) {
    throw new TouchstoneError(
      'usage',
      `${cells.length} cells are too many for one page, the maximum is ${maxOnPage}`,
      {
        hint: "choose, such as: history 'lenet5:inference:*' --html history.html",
      },
    );
  }
  const histories = cellHistories(new Map(cells.map((one) => [one.cell, store.points(one.cell)])));
  process.stdout.write(json ? jsonOf(histories) : text(histories, limit));
  if (html !== undefined) {
    const path = resolve(html);
    await writeWhole(path, await renderHistory(histories));
    say(`page: ${path}`);
  }
}

function text(histories: readonly CellHistory[], limit: number): string {
  return histories.map((history) => `${renderCell(history, limit)}\n`).join('');
}
