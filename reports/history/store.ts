/**
 * The history: one SQLite file of all runs of a project.
 *
 * Several processes may use it at once: readers and a writer do not block each other (WAL), writers wait for each other,
 * and every run is one transaction, so that a killed writer leaves it complete or absent.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { withoutCopies } from './contents.js';
import { migrate } from './migrations.js';
import { type RunPoint, type RunRecord, type StoredRun, storedCell, storedRun } from './rows.js';

/** How long a writer waits for others. A transaction takes milliseconds, on a slow disk longer. */
const lockTimeoutMs = 20_000;

const runColumns = `r.id, r.started_at AS startedAt, r.version, r.commit_id AS "commit", r.commit_time AS commitTime,
  r.suite, r.threads, r.machine_key AS machineKey, r.machine, r.conditions, r.ending,
  r.planned_rounds AS plannedRounds, r.finished_rounds AS finishedRounds, r.retraction`;
const cellColumns = `c.cell, c.target, c.workload, c.mode, c.batch, c.length,
  c.threads AS cellThreads, c.precision, c.content, c.device, c.state, c.reason,
  c.iteration_ns AS iterationNs, c.low_ns AS lowNs, c.high_ns AS highNs, c.level, c.rounds,
  c.peak_rss_bytes AS peakRssBytes, c.device_bytes AS deviceBytes, c.load_ns AS loadNs, c.start_up_ms AS startUpMs,
  c.parity_error AS parityError, c.versions, c.round_medians_ns AS roundMediansNs`;

const insertRun = `INSERT INTO runs (id, started_at, version, commit_id, commit_time, suite, threads, machine_key,
    machine, conditions, ending, planned_rounds, finished_rounds, retraction)
  VALUES (:id, :startedAt, :version, :commit, :commitTime, :suite, :threads, :machineKey,
    :machine, :conditions, :ending, :plannedRounds, :finishedRounds, :retraction)`;
const insertCell = `INSERT INTO cells (run, cell, target, workload, mode, batch, length, threads, precision, content, device, state,
    reason, iteration_ns, low_ns, high_ns, level, rounds, peak_rss_bytes, device_bytes, load_ns, start_up_ms,
    parity_error, versions, round_medians_ns)
  VALUES (:run, :cell, :target, :workload, :mode, :batch, :length, :cellThreads, :precision, :content, :device, :state,
    :reason, :iterationNs, :lowNs, :highNs, :level, :rounds, :peakRssBytes, :deviceBytes, :loadNs, :startUpMs,
    :parityError, :versions, :roundMediansNs)`;

const listedRun = storedRun.extend({
  cells: z.number(),
  ok: z.number(),
  /** `1,2` for a run with several; null for all others. */
  threadCounts: z.string().nullable(),
});
/** A run with the number of its cells, and how many have a result. */
export type ListedRun = z.infer<typeof listedRun>;

const listedCell = z.object({
  cell: z.string(),
  target: z.string(),
  runs: z.number(),
  ok: z.number(),
  lastStartedAt: z.string(),
});
/** A cell with the number of its runs, and in how many it has a result. */
export type ListedCell = z.infer<typeof listedCell>;

export class HistoryStore {
  readonly file: string;
  readonly #database: Database.Database;

  /** Creates the store where there is none. @throws TouchstoneError('storage') where that fails */
  constructor(file: string) {
    this.file = file;
    this.#database = this.#attempt(() => {
      makeFolder(dirname(file));
      return new Database(file, { timeout: lockTimeoutMs });
    });
    try {
      this.#attempt(() => {
        useWal(this.#database);
        // A run takes minutes to measure and is written once: the wait for the disk is negligible, and the run survives a
        // power failure.
        this.#database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
        migrate(this.#database, file);
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Adds a run, or replaces the one with the same id and start, in one transaction.
   *
   * @returns false where the store has more finished rounds of this run already: a process that read the run before it
   *   ended must not overwrite its end
   */
  add({ run, cells }: RunRecord): boolean {
    return this.#attempt(() =>
      this.#database
        .transaction(() => {
          const known = this.#known(run);
          if (known && known.finishedRounds > run.finishedRounds) return false;
          if (known) {
            this.#database.prepare('DELETE FROM cells WHERE run = ?').run(known.key);
            this.#database.prepare('DELETE FROM runs WHERE key = ?').run(known.key);
          }
          const { machine, conditions, retraction } = run;
          const { lastInsertRowid: key } = this.#database.prepare(insertRun).run({
            ...run,
            machine: JSON.stringify(machine),
            conditions: JSON.stringify(conditions),
            retraction: retraction && JSON.stringify(retraction),
          });
          const insert = this.#database.prepare(insertCell);
          for (const cell of cells) {
            const { content, device, versions, roundMediansNs } = cell;
            insert.run({
              ...cell,
              run: key,
              content: content && JSON.stringify(content),
              device: device && JSON.stringify(device),
              versions: JSON.stringify(versions),
              roundMediansNs: JSON.stringify(roundMediansNs),
            });
          }
          return true;
        })
        .immediate(),
    );
  }

  #known({ id, startedAt }: StoredRun) {
    const row = this.#database
      .prepare('SELECT key, finished_rounds AS finishedRounds FROM runs WHERE id = ? AND started_at = ?')
      .get(id, startedAt);
    return z.object({ key: z.number(), finishedRounds: z.number() }).optional().parse(row);
  }

  /** All runs, oldest first. */
  runs(): ListedRun[] {
    return this.#rows(
      listedRun,
      `SELECT ${runColumns}, count(c.cell) AS cells, count(c.iteration_ns) AS ok,
        group_concat(DISTINCT c.threads) AS threadCounts
        FROM runs r LEFT JOIN cells c ON c.run = r.key GROUP BY r.key ORDER BY r.started_at, r.id`,
    );
  }

  /** All cells, by name. */
  cells(): ListedCell[] {
    return this.#rows(
      listedCell,
      `SELECT c.cell, c.target, count(*) AS runs, count(c.iteration_ns) AS ok, max(r.started_at) AS lastStartedAt
        FROM cells c JOIN runs r ON r.key = c.run GROUP BY c.cell, c.target ORDER BY c.cell`,
    );
  }

  /** A cell in every run that planned it, and what computed the same under another name, oldest first. */
  points(cell: string): RunPoint[] {
    const both = z
      .unknown()
      .transform((row): RunPoint => ({ run: storedRun.parse(row), cell: storedCell.parse(row) }));
    const found = this.#rows(
      both,
      `SELECT ${runColumns}, ${cellColumns} FROM cells c JOIN runs r ON r.key = c.run
        WHERE c.cell = ?1 OR (
          json_extract(c.content, '$.digest') IN (SELECT json_extract(content, '$.digest') FROM cells WHERE cell = ?1)
          AND substr(c.cell, length(c.workload) + 1) IN
            (SELECT substr(cell, length(workload) + 1) FROM cells WHERE cell = ?1)
        )
        ORDER BY r.started_at, r.id`,
      cell,
    );
    return withoutCopies(cell, found);
  }

  close(): void {
    this.#database.close();
  }

  #rows<T>(schema: z.ZodType<T>, sql: string, ...parameters: string[]): T[] {
    return this.#attempt(() =>
      this.#database
        .prepare(sql)
        .all(...parameters)
        .map((row) => schema.parse(row)),
    );
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw cause instanceof TouchstoneError ? cause : storageError(this.file, cause);
    }
  }
}

/** The store; undefined where none exists yet. */
export function openExisting(file: string): HistoryStore | undefined {
  return existsSync(file) ? new HistoryStore(file) : undefined;
}

/** Unlike other statements, the change to WAL does not wait for a lock by itself. */
function useWal(database: Database.Database): void {
  const giveUpAt = Date.now() + lockTimeoutMs;
  for (;;) {
    try {
      database.prepare('PRAGMA journal_mode = WAL').get();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY') || messageOf(error).includes('database is locked');
}

function storageError(file: string, cause: unknown): TouchstoneError {
  const damaged =
    /NOTADB|CORRUPT/.test(codeOf(cause)) || cause instanceof z.ZodError || cause instanceof SyntaxError;
  if (damaged) {
    return new TouchstoneError('storage', `the history ${file} is damaged, or is another kind of file`, {
      hint: 'move it away and create it again from the run folders: history --import .touchstone/runs/*',
      cause,
    });
  }
  const reason = isBusy(cause) ? 'other processes kept it locked' : messageOf(cause);
  return new TouchstoneError('storage', `cannot use the history ${file}: ${reason}`, {
    hint: 'the runs themselves are in their folders; `history --import <run folder>` adds one later',
    cause,
  });
}
