import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TouchstoneError } from '../../../common/errors.js';
import { readRun } from '../../../common/run/read-run.js';
import { runVersion } from '../../../common/run/version.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { writeResults } from '../../../reports/analyse/write-results.js';
import { fixtureRun } from '../../reports/fixtures.js';

const { manifest, events } = fixtureRun({ rounds: 2 });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-read-'));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(
    join(folder, 'events.ndjson'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
});
afterEach(() => rm(folder, { recursive: true }));

const change = async (file: string, edit: (text: string) => string) =>
  writeFile(join(folder, file), edit(await readFile(join(folder, file), 'utf8')));
const refusal = async (): Promise<TouchstoneError> => {
  const error = await readRun(folder).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TouchstoneError) return error;
  throw new Error(`expected a TouchstoneError, got ${String(error)}`);
};

describe('readRun', () => {
  it('reads what was written', async () => {
    expect(await readRun(folder)).toEqual({ manifest, events, version: runVersion });
  });

  it.each(['{"atMs":12,"type":"tu', '{"atMs":12,"type":"round","round":1}'])(
    'ignores a last line without its line break: %s',
    async (torn) => {
      await change('events.ndjson', (text) => text + torn);
      expect((await readRun(folder)).events).toEqual(events);
    },
  );

  it('a run without a log has not begun', async () => {
    await rm(join(folder, 'events.ndjson'));
    expect((await readRun(folder)).events).toEqual([]);
  });

  it.each([
    [runVersion + 1, /newer Touchstone \(run format \d+\)/],
    [0, /no version/],
    ['x', /no version/],
    [1, /the manifest of .* is damaged: cells/],
  ])('refuses format %s', async (version, message) => {
    await change('manifest.json', (text) => JSON.stringify({ ...JSON.parse(text), version, cells: 'other' }));
    const error = await refusal();
    expect([error.code, error.message]).toEqual(['usage', expect.stringMatching(message)]);
  });

  it('leaves out a line that is damaged, and names it', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await change('events.ndjson', (text) => text.replace('"type":"schedule"', '"type":"shedule"'));
    const line = events.findIndex(({ type }) => type === 'schedule') + 1;
    const read = await readRun(folder);
    expect(read.events).toEqual(events.filter(({ type }) => type !== 'schedule'));
    expect(stderr.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(new RegExp(`^warning: left out: line ${line} of .* is damaged: .*\n$`)),
    ]);
    stderr.mockRestore();
  });

  it('names what is no run folder', async () => {
    await rm(join(folder, 'manifest.json'));
    expect((await refusal()).message).toMatch(/cannot read manifest.json of the run/);
    await writeFile(join(folder, 'manifest.json'), '{');
    expect((await refusal()).message).toMatch(/manifest of .* is damaged/);
  });
});

describe('writeResults', () => {
  it('writes what it returns, leaves nothing beside it, and overwrites', async () => {
    const results = await writeResults(folder);
    expect(results).toEqual(analyse(manifest, events));
    expect(JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'))).toEqual(results);
    await writeResults(folder);
    expect((await readdir(folder)).sort()).toEqual(['events.ndjson', 'manifest.json', 'results.json']);
  });

  it('says so where it cannot write', async () => {
    await mkdir(join(folder, 'results.json'));
    await expect(writeResults(folder)).rejects.toMatchObject({ code: 'storage' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
