import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { buildFolder } from '../../../common/paths.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { formOf, migrate, migrations } from '../../../reports/history/migrations.js';
import { recordRun } from '../../../reports/history/record.js';
import { cellHistories } from '../../../reports/history/series.js';
import { HistoryStore } from '../../../reports/history/store.js';
import { threadSweep } from '../sweeps.js';
import { cell, nthRun, temporaryStore } from './runs.js';

const writer = join(buildFolder, 'tests/reports/history/writer.js');
const cellsOfRun = nthRun(0).cells.length;

function integrity(file: string): unknown {
  const database = new Database(file);
  try {
    return database.prepare('PRAGMA integrity_check').all();
  } finally {
    database.close();
  }
}
const sound = [{ integrity_check: 'ok' }];

function withStore<T>(file: string, use: (store: HistoryStore) => T): T {
  const store = new HistoryStore(file);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

function startWriter(file: string, name: string, count: number): { child: ChildProcess; written: string[] } {
  const child = spawn(process.execPath, [writer, file, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const written: string[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    written.push(...lines);
  });
  return { child, written };
}

describe('the store', () => {
  it('gives back what a run measured', () => {
    const file = temporaryStore();
    const results = nthRun(3);
    expect(recordRun(results, file, { commitTime: '2026-01-01T00:00:00.000Z', retraction: undefined })).toBe(
      true,
    );
    withStore(file, (store) => {
      expect(store.runs()).toMatchObject([
        {
          id: 'run-3',
          commit: 'c000003',
          commitTime: '2026-01-01T00:00:00.000Z',
          threads: 1,
          finishedRounds: 8,
        },
      ]);
      expect(store.cells()).toHaveLength(cellsOfRun);
      const [point] = store.points(cell);
      const measured = results.cells.find(({ id }) => id === cell)!;
      const { iterationNs, peakRssBytes } = measured.metrics!;
      expect(point!.cell).toMatchObject({
        state: 'ok',
        iterationNs: iterationNs.value,
        lowNs: iterationNs.low,
        highNs: iterationNs.high,
        level: 0.99,
        rounds: 8,
        peakRssBytes: peakRssBytes?.value,
        versions: { pytorch: '1.2.3', runtime: 'python 3.11.7' },
      });
      expect(point!.cell.roundMediansNs).toHaveLength(8);
      expect(point!.cell.startUpMs).toBeGreaterThan(1000);
      expect(point!.cell.parityError).toBeGreaterThan(0);
      const wrong = store.points('lstm-rows:training:b1:float32:cpu:tfjs/wasm')[0]!.cell;
      expect(wrong).toMatchObject({ state: 'wrong', iterationNs: null, roundMediansNs: [] });
      expect(wrong.reason).not.toBe('');
    });
    expect(integrity(file)).toEqual(sound);
  });

  it('keeps the cells of a sweep apart, each under its own thread count', () => {
    const file = temporaryStore();
    recordRun(analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>)), file);
    withStore(file, (store) => {
      expect(store.runs()).toMatchObject([{ threads: 2, threadCounts: '1,2', cells: 14 }]);
      const name = 'lenet5:inference:b1:t1:float32:cpu:pytorch/cpu';
      const points = store.points(name);
      expect(points[0]?.cell).toMatchObject({ cellThreads: 1, length: null });
      expect(cellHistories(new Map([[name, points]]))[0]?.series[0]?.conditions).toMatch(/, 1 thread$/);
    });
  });

  it('replaces a run that is there, but not a later state of it by an earlier one', () => {
    const file = temporaryStore();
    const half = { ending: 'interrupted', finishedRounds: 3 } as const;
    expect(recordRun(nthRun(0, { changes: half }), file)).toBe(true);
    expect(recordRun(nthRun(0, { factor: 2 }), file)).toBe(true);
    expect(recordRun(nthRun(0, { changes: half }), file)).toBe(false);
    withStore(file, (store) => {
      expect(store.runs()).toMatchObject([{ id: 'run-0', ending: 'finished', finishedRounds: 8 }]);
      expect(store.points(cell)).toHaveLength(1);
    });
  });

  it('keeps runs apart that were written to folders of one name', () => {
    const file = temporaryStore();
    for (const n of [0, 1]) recordRun(nthRun(n, { changes: { id: 'out' } }), file);
    withStore(file, (store) => expect(store.runs()).toHaveLength(2));
  });

  it('several processes at once: every run gets in', async () => {
    const file = temporaryStore();
    const writers = ['a', 'b', 'c', 'd'].map((name) => startWriter(file, name, 25));
    const ends = await Promise.all(writers.map(({ child }) => once(child, 'close')));
    expect(ends.map(([status]) => status)).toEqual([0, 0, 0, 0]);
    expect(integrity(file)).toEqual(sound);
    withStore(file, (store) => {
      const runs = store.runs();
      expect(runs).toHaveLength(100);
      expect(new Set(runs.map(({ cells }) => cells))).toEqual(new Set([cellsOfRun]));
      expect(store.points(cell)).toHaveLength(100);
    });
  });

  it('a writer killed again and again leaves each run whole or absent, and loses none that it had told of', async () => {
    const file = temporaryStore();
    const told: string[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const { child, written } = startWriter(file, `k${attempt}`, 100_000);
      const closed = once(child, 'close');
      await once(child.stdout!, 'data');
      // From the midst of one write to that of another, each time elsewhere.
      await new Promise((resolve) => setTimeout(resolve, 5 + attempt * 7.3));
      child.kill('SIGKILL');
      expect((await closed)[1]).toBe('SIGKILL');
      told.push(...written);
      // Once with the files as the killed process left them, before anyone tidied up.
      expect(integrity(file)).toEqual(sound);
    }
    expect(told.length).toBeGreaterThan(12);
    withStore(file, (store) => {
      const runs = store.runs();
      expect(new Set(runs.map(({ cells }) => cells))).toEqual(new Set([cellsOfRun]));
      const ids = new Set(runs.map(({ id }) => id));
      expect(told.filter((id) => !ids.has(id))).toEqual([]);
      // At most one more of each process: the one that it had no time to tell of.
      expect(runs.length).toBeLessThanOrEqual(told.length + 12);
    });
  });
});

describe('its form', () => {
  it('an older one is brought up to date, with its runs', () => {
    const file = temporaryStore();
    recordRun(nthRun(0), file);
    const database = new Database(file);
    const next = [...migrations, 'ALTER TABLE runs ADD COLUMN remark TEXT'];
    migrate(database, file, next);
    migrate(database, file, next);
    expect(formOf(database)).toBe(next.length);
    expect(database.prepare('SELECT id, remark FROM runs').all()).toEqual([{ id: 'run-0', remark: null }]);
    database.close();
  });

  it('a newer one is refused in one line and left alone', () => {
    const file = temporaryStore();
    recordRun(nthRun(0), file);
    const database = new Database(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => recordRun(nthRun(1), file)).toThrow(/a newer Touchstone wrote the history .* \(form 99\)/);
  });

  it('a failing step leaves the form before it', () => {
    const file = temporaryStore();
    recordRun(nthRun(0), file);
    const database = new Database(file);
    expect(() => migrate(database, file, [...migrations, 'CREATE TABLE other (a); nonsense'])).toThrow();
    expect(formOf(database)).toBe(migrations.length);
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'other'").all()).toEqual([]);
    database.close();
  });

  it('what is no store, or cannot be written, is said in one line', () => {
    const file = temporaryStore();
    writeFileSync(file, 'this is no database '.repeat(100));
    expect(() => recordRun(nthRun(0), file)).toThrow(/the history .* is damaged, or is another kind of file/);
    expect(() => recordRun(nthRun(0), join(file, 'below', 'history.sqlite'))).toThrow(
      /cannot use the history/,
    );
  });

  it('a store cut in the middle is damaged, not a crash', () => {
    const file = temporaryStore();
    for (let n = 0; n < 20; n++) recordRun(nthRun(n), file);
    const cut = temporaryStore();
    copyFileSync(file, cut);
    const database = new Database(file);
    database.close();
    writeFileSync(cut, `SQLite format 3\0${'x'.repeat(5000)}`);
    expect(() => withStore(cut, (store) => store.runs())).toThrow(/the history/);
  });
});
