/** Runs that commit a3c01e8 wrote (`tests/fixtures/runs/version-1/`), read by this one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import { parseCellId } from '../../../common/run/cell.js';
import { firstDevice } from '../../../common/run/device.js';
import { migrateResults } from '../../../common/run/migrate.js';
import { readRun } from '../../../common/run/read-run.js';
import { type RunResults, runResults } from '../../../common/run/results.js';
import { resultsVersion, runVersion } from '../../../common/run/version.js';
import { analyse } from '../../../reports/analyse/analyse.js';

const folderOf = (run: string) => join(projectRoot, 'tests/fixtures/runs/version-1', run);
const storedResults = (run: string): unknown =>
  JSON.parse(readFileSync(join(folderOf(run), 'results.json'), 'utf8'));
const runs = ['finished', 'sweep', 'interrupted', 'gate'] as const;

describe.each(runs)('the run %s of version 1', (run) => {
  it('is read in today’s form: every event, with ids that name the device', async () => {
    const { manifest, events, version } = await readRun(folderOf(run));
    expect(version).toBe(1);
    expect(manifest.version).toBe(runVersion);
    const lines = readFileSync(join(folderOf(run), 'events.ndjson'), 'utf8')
      .trim()
      .split('\n');
    const checks = lines.filter((line) => JSON.parse(line).type === 'gate');
    // Each parity check told in one event what two events tell today.
    expect(events).toHaveLength(lines.length + checks.length);
    expect(events.filter(({ type }) => type === 'fresh')).toHaveLength(checks.length);
    const ids = new Set(manifest.cells.map(({ id }) => id));
    for (const { id, device, target } of manifest.cells) {
      expect(parseCellId(id)).toMatchObject({ device: firstDevice('cpu'), target });
      expect(device).toEqual(firstDevice('cpu'));
    }
    for (const event of events) if ('cell' in event) expect(ids).toContain(event.cell);
    const shares = events.flatMap((event) => (event.type === 'schedule' ? Object.keys(event.shares) : []));
    expect(shares.length).toBeGreaterThan(0);
    for (const id of shares) expect(ids).toContain(id);
  });

  it('gives the results that the older program derived from it, to the last digit', async () => {
    const { manifest, events } = await readRun(folderOf(run));
    const derived = runResults.parse(analyse(manifest, events));
    const older = runResults.parse(migrateResults(storedResults(run)));
    expect(older.version).toBe(resultsVersion);
    expect(comparable(derived)).toEqual(comparable(older));
    const ran = derived.cells.filter(({ state }) => state === 'ok');
    expect(ran.every(({ artefact }) => /^[0-9a-f]{64}$/.test(artefact?.name ?? ''))).toBe(true);
    expect(ran.every(({ artefact }) => (artefact?.multiplyAdds ?? 0) > 0)).toBe(true);
    expect(ran.length).toBeGreaterThan(0);
  });
});

/**
 * Without the schema's name, which has the version in it, and without sentences, whose words may change: their number stays.
 * Version 3 decides ranks otherwise, gives intervals to fewer rounds, and says which artefact a cell ran.
 */
function comparable({ $schema, ...results }: RunResults): unknown {
  return withoutFewRounds({
    ...results,
    cells: results.cells.map(({ notes, reason, artefact: _, ...cell }) => ({
      ...cell,
      notes: notes.length,
      reason: reason !== '',
    })),
    groups: results.groups.map((group) => ({
      ...group,
      ranking: group.ranking.map(({ target }) => target),
      comparisons: group.comparisons.map(({ notLikeForLike, adjustedP, furtherRounds, ...comparison }) => ({
        ...comparison,
        notLikeForLike: notLikeForLike.length,
      })),
    })),
  });
}

/** Estimates from fewer rounds than version 2 gave an interval to are their value alone. */
function withoutFewRounds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFewRounds);
  if (typeof value !== 'object' || value === null) return value;
  if ('level' in value && 'rounds' in value && Number(value.rounds) < 6 && 'value' in value)
    return value.value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutFewRounds(each)]));
}

it('a shared rank of version 2 becomes the range of those that share it', () => {
  const ranking = [1, 2, 2, 4].map((rank, index) => ({ target: `t${index}`, rank }));
  const migrated = migrateResults({
    version: 2,
    targets: [],
    cells: [],
    groups: [{ ranking, comparisons: [] }],
  });
  expect(migrated).toMatchObject({
    version: resultsVersion,
    groups: [
      {
        ranking: [
          [1, 1],
          [2, 3],
          [2, 3],
          [4, 4],
        ].map((ranks) => ({ ranks })),
      },
    ],
  });
});

it('a gate of version 1 keeps what it compares', async () => {
  const { manifest, events } = await readRun(folderOf('gate'));
  expect(manifest.gate?.subjects).toEqual([
    {
      candidate: 'onnxruntime/cpu',
      baseline: 'onnxruntime/cpu~baseline',
      control: 'onnxruntime/cpu~control',
    },
  ]);
  expect(events.find((event) => event.type === 'schedule')?.stoppingRule).toBe(true);
  expect(new Set(events.map(({ type }) => type)).has('parity')).toBe(true);
});

it('failures of version 1 are failures', async () => {
  const { events } = await readRun(folderOf('finished'));
  const failures = events.filter((event) => event.type === 'failed');
  expect(failures.map(({ cell }) => cell)).toContain('lenet5:inference:b16:float32:cpu:null/node');
});

it('results of today are left as they are', () => {
  const today = { version: resultsVersion, cells: [] };
  expect(migrateResults(today)).toBe(today);
});
