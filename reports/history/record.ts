/** From a run's results to the rows of the store. */
import { historyFile } from '../../common/paths.js';
import { targetOf } from '../../common/run/cell.js';
import {
  type CellResult,
  type RunResults,
  type TargetResult,
  threadCounts,
} from '../../common/run/results.js';
import type { Retraction } from '../../common/run/retraction.js';
import { roundMediansNs } from '../analyse/estimates.js';
import { machineKey, stablePart } from './machine.js';
import type { RunRecord, StoredCell } from './rows.js';
import { HistoryStore } from './store.js';

/** What the results of a run do not say of it. */
export interface Circumstances {
  /** When the run's commit was made, ISO 8601; null where git does not know it. */
  readonly commitTime: string | null;
  /** Undefined where the run counts. */
  readonly retraction: Retraction | undefined;
}

const none: Circumstances = { commitTime: null, retraction: undefined };

/**
 * Adds the run to the history, or replaces it there.
 *
 * @param file the store; without one, and with `TOUCHSTONE_HISTORY` empty, nothing is recorded
 * @returns whether the store has this state of the run now
 * @throws TouchstoneError `storage` where the store cannot be written
 */
export function recordRun(
  results: RunResults,
  file: string | undefined = historyFile(),
  circumstances = none,
): boolean {
  if (file === undefined) return false;
  const store = new HistoryStore(file);
  try {
    return store.add(recordOf(results, circumstances));
  } finally {
    store.close();
  }
}

export function recordOf(results: RunResults, { commitTime, retraction }: Circumstances): RunRecord {
  const machine = stablePart(results.machine);
  const { conditions, ending, plannedRounds, finishedRounds, startedAt, id, options } = results;
  return {
    run: {
      id,
      startedAt,
      version: results.touchstone.version,
      commit: results.touchstone.commit,
      commitTime,
      suite: options.suite,
      threads: Math.max(...threadCounts(options)),
      machineKey: machineKey(machine),
      machine,
      conditions,
      ending,
      plannedRounds,
      finishedRounds,
      retraction: retraction ?? null,
    },
    // The other roles of a gate (`tfjs/js~baseline`) are another commit's times, or the same ones twice.
    cells: results.cells
      .filter(({ target }) => targetOf(target) === target)
      .map((cell) =>
        cellRow(
          cell,
          results.targets.find(({ target }) => target === cell.target),
        ),
      ),
  };
}

function cellRow(cell: CellResult, target: TargetResult | undefined): StoredCell {
  const { metrics } = cell;
  const iterationNs = metrics?.iterationNs;
  return {
    cell: cell.id,
    target: cell.target,
    workload: cell.workload,
    mode: cell.mode,
    batch: cell.batch,
    length: cell.length ?? null,
    cellThreads: cell.threads ?? null,
    precision: cell.precision,
    content: cell.content ?? null,
    device: target?.device ?? null,
    state: cell.state,
    reason: cell.reason,
    iterationNs: iterationNs?.value ?? null,
    lowNs: iterationNs?.low ?? null,
    highNs: iterationNs?.high ?? null,
    level: iterationNs?.level ?? null,
    rounds: iterationNs === undefined ? 0 : iterationNs.rounds,
    peakRssBytes: metrics?.peakRssBytes?.value ?? null,
    deviceBytes: metrics?.deviceBytes?.value ?? null,
    loadNs: metrics?.loadNs?.value ?? null,
    startUpMs: startUpMs(target),
    parityError: worstError(cell),
    versions: versionsOf(target),
    // The samples of a cell that is not ok are not times of what was asked for.
    roundMediansNs: metrics ? [...roundMediansNs(cell.samples).values()] : [],
  };
}

function startUpMs(target: TargetResult | undefined): number | null {
  if (!target?.spawnMs || !target.importMs) return null;
  return target.spawnMs.value + target.importMs.value;
}

function worstError({ parity }: CellResult): number | null {
  const errors = parity.flatMap(({ error }) => (error === null ? [] : [error]));
  return errors.length > 0 ? Math.max(...errors) : null;
}

function versionsOf(target: TargetResult | undefined): Record<string, string> {
  if (!target) return {};
  return { ...target.versions, ...(target.runtime === null ? {} : { runtime: target.runtime }) };
}
