/** The schema of the store: each entry migrates from the version of its index to the next. Entries are only ever added. */
import type Database from 'libsql';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';

export const migrations: readonly string[] = [
  `CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    started_at TEXT NOT NULL,
    version TEXT NOT NULL,
    commit_id TEXT,
    commit_time TEXT,
    suite TEXT,
    threads INTEGER NOT NULL,
    machine_key TEXT NOT NULL,
    machine TEXT NOT NULL,
    conditions TEXT NOT NULL,
    ending TEXT NOT NULL,
    planned_rounds INTEGER NOT NULL,
    finished_rounds INTEGER NOT NULL,
    UNIQUE (id, started_at)
  ) STRICT;
  CREATE TABLE cells (
    run INTEGER NOT NULL REFERENCES runs (key),
    cell TEXT NOT NULL,
    target TEXT NOT NULL,
    workload TEXT NOT NULL,
    mode TEXT NOT NULL,
    batch INTEGER NOT NULL,
    precision TEXT NOT NULL,
    track TEXT NOT NULL,
    boundary TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    iteration_ns REAL,
    low_ns REAL,
    high_ns REAL,
    level REAL,
    rounds INTEGER NOT NULL,
    peak_rss_bytes REAL,
    load_ns REAL,
    start_up_ms REAL,
    parity_error REAL,
    versions TEXT NOT NULL,
    round_medians_ns TEXT NOT NULL,
    PRIMARY KEY (run, cell)
  ) STRICT;
  CREATE INDEX cells_by_cell ON cells (cell);
  CREATE INDEX runs_by_time ON runs (started_at)`,
  // For sweeps; null where the run has one thread count, or was not asked for lengths.
  `ALTER TABLE cells ADD COLUMN threads INTEGER;
  ALTER TABLE cells ADD COLUMN length INTEGER`,
  // Devices: until now everything computed on processors, and ids had the constant track in the place of the device.
  `ALTER TABLE cells ADD COLUMN device TEXT;
  ALTER TABLE cells ADD COLUMN device_bytes REAL;
  UPDATE cells SET
    cell = substr(cell, 1, length(cell) - length(':' || track || ':' || target)) || ':cpu:' || target,
    device = CASE WHEN versions = '{}' THEN NULL ELSE (
      SELECT json_object('kind', 'cpu', 'index', 0, 'name', json_extract(runs.machine, '$.cpu'), 'driver', NULL,
        'software', json('false'))
      FROM runs WHERE runs.key = cells.run
    ) END;
  ALTER TABLE cells DROP COLUMN track;
  ALTER TABLE cells DROP COLUMN boundary`,
  // What a cell computes; null where the run did not record it.
  `ALTER TABLE cells ADD COLUMN content TEXT;
  CREATE INDEX cells_by_content ON cells (json_extract(content, '$.digest'))`,
  // Why and when a run was retracted; null for one that counts.
  `ALTER TABLE runs ADD COLUMN retraction TEXT`,
];

const userVersion = z.object({ user_version: z.number() });

export function formOf(database: Database.Database): number {
  return userVersion.parse(database.prepare('PRAGMA user_version').get()).user_version;
}

/**
 * Brings the store to the newest form, in one transaction: a process that is killed in it, or a second one that does
 * the same at the same time, leaves a store of one form.
 *
 * @throws TouchstoneError `storage` where a newer Touchstone has written it
 */
export function migrate(database: Database.Database, file: string, steps = migrations): void {
  if (formOf(database) === steps.length) return;
  database
    .transaction(() => {
      // Looked at again under the lock: another process may have been faster.
      const form = formOf(database);
      if (form > steps.length) throw newer(file, form, steps.length);
      for (const step of steps.slice(form)) database.exec(step);
      database.exec(`PRAGMA user_version = ${steps.length}`);
    })
    .immediate();
}

function newer(file: string, form: number, known: number): TouchstoneError {
  return new TouchstoneError('storage', `a newer Touchstone wrote the history ${file} (form ${form})`, {
    hint: `this one knows forms up to ${known}: update it, or name another file in TOUCHSTONE_HISTORY`,
  });
}
