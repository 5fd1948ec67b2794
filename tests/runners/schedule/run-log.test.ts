import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { rethrowStorage } from '../../../runners/schedule/failures.js';
import { openRunLog, type RunLog, requireUnused } from '../../../runners/schedule/run-log.js';

let log: RunLog | undefined;
afterEach(() => {
  log?.close();
  log = undefined;
});

const scratch = () => mkdtemp(join(tmpdir(), 'touchstone-run-log-'));

it.each([
  ['no number', [Number.NaN], /what it says of a turn cannot be true: samplesNs\.0: /],
  ['a negative time', [-1], /samplesNs\.0: /],
])('an event with %s is not written', async (_, samplesNs, message) => {
  const folder = await scratch();
  ({ log } = openRunLog(folder));
  const turn = {
    type: 'turn',
    cell: 'c',
    round: 0,
    block: 0,
    process: 0,
    startMs: 0,
    batch: 1,
    cpuNs: null,
  } as const;
  log.write({ ...turn, samplesNs: [1] });
  expect(() => log?.write({ ...turn, samplesNs })).toThrow(message);
  const lines = (await readFile(join(folder, 'events.ndjson'), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1);
});

it('the remains of a run that was killed before it had a manifest do not stand in the way, what it measured does', async () => {
  const folder = await scratch();
  await Promise.all(['logs', 'tensors'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, '.manifest.json'), '{"ver');
  expect(() => requireUnused(folder)).not.toThrow();
  await writeFile(join(folder, 'logs', 'pytorch-cpu-0.log'), '');
  expect(() => requireUnused(folder)).toThrow(/is not empty: it holds logs/);
});

it('a framework that speaks of a full disk has met its own where the folder can be written', async () => {
  const folder = await scratch();
  const failure = new Error('RuntimeError: No space left on device');
  expect(() => rethrowStorage(folder, failure)).not.toThrow();
  expect(() => rethrowStorage(join(folder, 'nowhere'), failure)).toThrow(/cannot write the run folder/);
});
