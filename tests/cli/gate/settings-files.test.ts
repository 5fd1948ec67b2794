/** `gate init` and `gate accept`, with real files. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptCommand } from '../../../cli/gate/accept.js';
import { initCommand } from '../../../cli/gate/init.js';
import { oneLine, TouchstoneError } from '../../../common/errors.js';
import { projectRoot } from '../../../common/paths.js';
import { withAcceptances } from '../../../reports/regression/apply-settings.js';
import type { GateFinding } from '../../../reports/regression/report.js';
import { defaultMargins } from '../../../reports/regression/settings.js';
import { readSettings, schemaReference } from '../../../reports/regression/settings-file.js';
import { estimate, finding, report } from '../../reports/regression/fixture.js';

let folder = '';
let config = '';
let said = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-gate-'));
  config = join(folder, 'gate-settings.json');
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** The one line that a user would see. */
async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TouchstoneError);
  expect((error as TouchstoneError).code).toBe('usage');
  const line = oneLine(error);
  expect(line).not.toContain('\n');
  return line;
}

describe('init', () => {
  it('writes margins and empty lists, which are read back', async () => {
    expect(await initCommand({ config })).toBe(0);
    expect(said).toContain('is written');
    expect(await readSettings(config)).toEqual({
      version: 1,
      margins: defaultMargins,
      cells: [],
      accepted: [],
    });
    expect(readdirSync(folder)).toEqual(['gate-settings.json']);
  });

  it('does not overwrite without --force', async () => {
    writeFileSync(config, 'mine');
    expect(await failure(initCommand({ config }))).toMatch(/exists already.*--force/);
    expect(readFileSync(config, 'utf8')).toBe('mine');
    await initCommand({ config, force: true });
    expect((await readSettings(config)).margins).toEqual(defaultMargins);
  });

  it('points to the schema from inside the project, and nowhere from outside', () => {
    expect(schemaReference(config)).toBeUndefined();
    for (const inside of ['touchstone.gate.json', 'docs/ci/x.json', 'reports/regression/x.json']) {
      const path = join(projectRoot, inside);
      expect(existsSync(resolve(dirname(path), schemaReference(path)!))).toBe(true);
    }
    expect(schemaReference(join(projectRoot, 'touchstone.gate.json'))).toBe(
      './reports/regression/gate-settings.schema.json',
    );
  });
});

describe('readSettings', () => {
  const wrong = (content: string) => {
    writeFileSync(config, content);
    return failure(readSettings(config));
  };

  it('without a file of the usual name everything is as usual', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    expect(await readSettings()).toEqual({ version: 1, margins: {}, cells: [], accepted: [] });
    expect(await failure(readSettings(config))).toMatch(/cannot read .*gate init/);
  });

  it('says in one line where what is wrong', async () => {
    expect(await wrong('{"version":1,')).toMatch(/gate-settings.json is not JSON/);
    expect(await wrong('{"version":2}')).toMatch(/gate-settings.json: version: /);
    expect(await wrong('[]')).toMatch(/gate-settings.json: Invalid input/);
    expect(await wrong('{"version":1,"margin":{}}')).toMatch(
      /: margin: is not known \(did you mean margins\?/,
    );
    expect(await wrong('{"version":1,"margins":{"sped":0.1}}')).toMatch(
      /: margins\.sped: .*did you mean speed\?/,
    );
    expect(await wrong('{"version":1,"margins":{"speed":-1}}')).toMatch(/: margins\.speed: /);
    expect(await wrong('{"version":1,"cells":[{"cel":"x","margins":{}}]}')).toMatch(/: cells\[0\]\.cel/);
    expect(await wrong('{"version":1,"cells":[{"cell":" ","margins":{}}]}')).toMatch(
      /: cells\[0\]\.cell: is empty/,
    );
    const accepted = (entry: object) =>
      wrong(
        JSON.stringify({
          version: 1,
          accepted: [{ cell: 'x', metric: 'speed', upTo: 1.1, reason: 'r', until: '2026-12-01', ...entry }],
        }),
      );
    expect(await accepted({ untill: 'x' })).toMatch(/: accepted\[0\]\.untill: .*did you mean until\?/);
    expect(await accepted({ until: '2026-02-30' })).toMatch(/: accepted\[0\]\.until: /);
    expect(await accepted({ reason: '' })).toMatch(/: accepted\[0\]\.reason: /);
    expect(await accepted({ upTo: null })).toMatch(/: accepted\[0\]\.upTo: is null/);
    expect(await accepted({ metric: 'state' })).toMatch(/: accepted\[0\]\.upTo: is a ratio/);
  });
});

describe('accept', () => {
  const slow = finding('regressed', 'speed', { ratio: { ...estimate(1.1), high: 1.1201 } });
  const broken = finding('broken', 'state', { target: 'jax/cpu' });
  const fine = finding('ok', 'memory');
  const now = new Date('2026-11-24T23:59:59Z');
  const accept = (
    given: Partial<Parameters<typeof acceptCommand>[0]> = {},
    findings: readonly GateFinding[] = [slow, broken, fine],
  ) => {
    const from = join(folder, 'gate.json');
    writeFileSync(from, JSON.stringify(report(findings)));
    return acceptCommand({
      cell: slow.cell,
      metric: 'speed',
      reason: 'exact now',
      from,
      config,
      now,
      ...given,
    });
  };

  it('records the interval’s upper end, rounded up, and the gate then accepts it for a while', async () => {
    await initCommand({ config });
    expect(await accept()).toBe(0);
    const settings = await readSettings(config);
    expect(settings.margins).toEqual(defaultMargins);
    expect(settings.accepted).toEqual([
      { cell: slow.cell, metric: 'speed', upTo: 1.13, reason: 'exact now', until: '2027-02-22' },
    ]);
    expect(said).toContain('is accepted up to 1.13× until 2027-02-22');
    expect(withAcceptances([slow], settings, '2027-02-22')[0]!.verdict).toBe('accepted');
    expect(withAcceptances([slow], settings, '2027-02-23')[0]!.verdict).toBe('regressed');
  });

  it('a bound of two decimals stays as it is; without an interval the estimate counts', async () => {
    await initCommand({ config });
    const bounds = async (given: Partial<typeof slow.ratio>) => {
      const found = { ...slow, ratio: { ...slow.ratio!, ...given } };
      await accept({}, [found]);
      return (await readSettings(config)).accepted[0]!.upTo;
    };
    expect(await bounds({ high: 1.12 })).toBe(1.12);
    expect(await bounds({ high: null, low: null })).toBe(1.1);
  });

  it('starts the file where there is none of the usual name, but not one that was named', async () => {
    expect(await failure(accept())).toMatch(/gate init/);
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const { config: _, ...usual } = {
      cell: 'lenet5:*',
      metric: 'speed',
      reason: 'r',
      upTo: 1.2,
      now,
      config,
    };
    await acceptCommand(usual);
    expect((await readSettings(join(folder, 'touchstone.gate.json'))).accepted).toHaveLength(1);
  });

  it('replaces an earlier one of the same cell and metric, and no other', async () => {
    await initCommand({ config });
    await accept({ upTo: 1.5, days: 1 });
    await accept({ cell: broken.cell, metric: 'state' });
    await accept({ reason: ' again\n', days: 10 });
    const { accepted } = await readSettings(config);
    expect(accepted.map(({ metric, upTo, reason, until }) => [metric, upTo, reason, until])).toEqual([
      ['state', null, 'exact now', '2027-02-22'],
      ['speed', 1.13, 'again', '2026-12-04'],
    ]);
  });

  it('a glob takes the worst of what it matches; what is accepted already may be accepted anew', async () => {
    await initCommand({ config });
    const worse = finding('accepted', 'speed', { target: 'tfjs/js', ratio: estimate(1.3) });
    await accept({ cell: 'lenet5:*' }, [slow, worse, fine]);
    expect((await readSettings(config)).accepted[0]).toMatchObject({ cell: 'lenet5:*', upTo: 1.32 });
  });

  it('refuses what is not a regression, with what would have been right', async () => {
    await initCommand({ config });
    const before = readFileSync(config, 'utf8');
    expect(await failure(accept({ cell: slow.cell.replace('lenet5', 'lenet') }))).toContain(
      `did you mean ${slow.cell}?`,
    );
    expect(await failure(accept({ metric: 'memory' }))).toMatch(
      /memory, is ok, not regressed .*what regressed there is speed/,
    );
    expect(await failure(accept({ metric: 'parity' }))).toContain('was not gated');
    expect(await failure(accept({ metric: 'sped' }))).toContain('did you mean speed?');
    expect(await failure(accept({ reason: ' \n ' }))).toContain('the reason is empty');
    expect(await failure(accept({ cell: ' ' }))).toContain('the cell is empty');
    expect(await failure(accept({ upTo: 1.05 }))).toMatch(/--up-to 1.05 is less than the 1.1/);
    expect(await failure(accept({ upTo: 0.9 }))).toContain('above 1');
    expect(await failure(accept({ cell: broken.cell, metric: 'state', upTo: 2 }))).toContain(
      'leave --up-to out',
    );
    expect(await failure(accept({ days: 0 }))).toContain('--days 0');
    expect(await failure(accept({ from: join(folder, 'none.json') }))).toContain('cannot read');
    expect(await failure(accept({ from: config }))).toContain('is not the report of a gate');
    expect(await failure(acceptCommand({ cell: 'x', metric: 'speed', reason: 'r', config }))).toContain(
      '--up-to',
    );
    expect(readFileSync(config, 'utf8')).toBe(before);
  });
});
