/** `history [cell]`: what runs there were, a cell over time, and where its level changed. */
import { resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { exitStatus, explain, TouchstoneError } from '../common/errors.js';
import { historyFile } from '../common/paths.js';
import { analyse, readRun } from '../reports/analyse/index.js';
import { writeWhole } from '../reports/analyse/write-results.js';
import { jsonOf, listingJson } from '../reports/history/json.js';
import { renderHistory } from '../reports/history/page.js';
import { type CellHistory, cellHistories } from '../reports/history/series.js';
import { type HistoryStore, type ListedCell, openExisting } from '../reports/history/store.js';
import { renderCell, renderListing } from '../reports/history/terminal.js';
import { matchesCell } from '../reports/regression/apply-settings.js';
import { findRun } from '../runners/coordinator/run-folder.js';
import { record } from './record.js';

export interface HistoryOptions {
  /** Name or glob; `*` holds slashes too. */
  readonly cell?: string;
  /** Name or glob of targets whose cells are meant. */
  readonly target?: string;
  /** Newest runs to be listed, of each series. All runs count for changes. */
  readonly limit?: number;
  readonly json?: true;
  /** Where to write the page. */
  readonly html?: string;
  /** Run folders to be added first. */
  readonly import?: readonly string[];
}

const usualLimit = 20;
/** Each brings a drawing: more than these make a page that nobody reads to its end. */
const mostOnPage = 40;

/** @param file the store; usually that of this checkout */
export async function historyCommand(
  options: HistoryOptions,
  file: string | undefined = historyFile(),
): Promise<number> {
  if (file === undefined) {
    throw new TouchstoneError('usage', 'TOUCHSTONE_HISTORY is empty: no history is kept', {
      hint: 'unset it, or name a file in it',
    });
  }
  const imported = await importRuns(options.import ?? [], file);
  const store = openExisting(file);
  if (!store) {
    throw new TouchstoneError('usage', 'no run is in the history yet', {
      hint: 'every run from now on gets in; `history --import .touchstone/runs/*` adds those there are',
    });
  }
  try {
    await show(store, options);
  } finally {
    store.close();
  }
  return imported;
}

/** What cannot be read is said, and the others get in. Exit status. */
async function importRuns(folders: readonly string[], file: string): Promise<number> {
  let status = 0;
  let count = 0;
  for (const name of folders) {
    try {
      const { manifest, events } = await readRun(findRun(name));
      await record(analyse(manifest, events), file);
      count += 1;
    } catch (error) {
      if (!(error instanceof TouchstoneError) || error.code === 'storage') throw error;
      process.stderr.write(`not added: ${explain(error)}\n`);
      status = exitStatus.usage;
    }
  }
  if (folders.length > 0) process.stderr.write(`added ${count} of ${folders.length} runs\n`);
  return status;
}

async function show(store: HistoryStore, options: HistoryOptions): Promise<void> {
  const { cell, html, json, limit = usualLimit } = options;
  const cells = chosen(store.cells(), options);
  if (cell === undefined && html === undefined) {
    const runs = store.runs();
    process.stdout.write(json ? listingJson(runs, cells) : `${renderListing(runs, cells, limit)}\n`);
    return;
  }
  if (html !== undefined && cells.length > mostOnPage) {
    throw new TouchstoneError(
      'usage',
      `${cells.length} cells are too many for one page, ${mostOnPage} at most`,
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
    process.stderr.write(`page: ${path}\n`);
  }
}

function text(histories: readonly CellHistory[], limit: number): string {
  return histories.map((history) => `${renderCell(history, limit)}\n`).join('');
}

/** By cell and target; an unknown name gets the nearest one. */
function chosen(cells: readonly ListedCell[], { cell, target }: HistoryOptions): ListedCell[] {
  const names = (key: 'cell' | 'target') => cells.map((one) => one[key]);
  const byTarget = matching(cells, 'target', target, names('target'));
  return matching(byTarget, 'cell', cell, names('cell'));
}

function matching(
  cells: readonly ListedCell[],
  key: 'cell' | 'target',
  pattern: string | undefined,
  known: readonly string[],
): ListedCell[] {
  if (pattern === undefined) return [...cells];
  const exact = cells.filter((one) => one[key] === pattern);
  if (exact.length > 0) return exact;
  const found = cells.filter((one) => matchesCell(pattern, one[key]));
  if (found.length > 0) return found;
  const nearest = known.length > 0 ? `did you mean ${closest(pattern, [...new Set(known)])}? ` : '';
  throw new TouchstoneError('usage', `no ${key} in the history matches ${pattern}`, {
    hint: `${nearest}\`history\` without a name lists them`,
  });
}
