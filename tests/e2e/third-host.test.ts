/** A third host needs nothing but its own folder: one outside the tree goes through whole commands. */
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFolder } from '../../common/paths.js';
import { bench, readResults, temporaryFolder } from './command.js';

const own = (name: string) => join(buildFolder, 'tests/e2e', name);
const environment = {
  TOUCHSTONE_HOST: own('hosts/page.js'),
  TOUCHSTONE_ADAPTER: [own('hosts/page-targets.js'), own('adapters/scripted.js')].join(delimiter),
};

describe('a host that is no folder of runners/hosts', () => {
  it('carries the targets that name it through a whole run', async () => {
    const scratch = await temporaryFolder();
    const [folder, calls] = [join(scratch, 'run'), join(scratch, 'calls')];
    const run = await bench(
      [
        ...['--workload', 'lenet5', '--batch', '1', '--mode', 'inference,training'],
        ...['--targets', 'page/exact,page/missing,scripted/good', '--rounds', '3', '--time', '30s'],
        ...['--out', folder],
      ],
      { env: { ...environment, TOUCHSTONE_TEST_CALLS: calls } },
    );
    expect(run.exitCode, String(run.stderr)).toBe(0);
    const results = readResults(folder);
    const states = results.cells.map(({ target, mode, state }) => [target, mode, state]);
    expect(states).toEqual([
      ['page/exact', 'inference', 'ok'],
      ['page/missing', 'inference', 'unavailable'],
      ['scripted/good', 'inference', 'ok'],
      ['page/exact', 'training', 'unsupported'],
      ['page/missing', 'training', 'unsupported'],
      ['scripted/good', 'training', 'unsupported'],
    ]);
    const [exact, missing, steady] = results.cells;
    // A host that reports neither CPU time nor memory leaves both open; the clock is its own.
    expect(exact?.metrics).toMatchObject({ cpuNsPerIteration: null, peakRssBytes: null });
    expect(exact?.metrics?.iterationNs.value).toBeGreaterThan(1e6);
    expect(exact?.samples[0]?.witness).toMatchObject({ workNs: [1e6, 1e6], switches: null });
    expect(steady?.metrics?.cpuNsPerIteration?.value).toBeGreaterThan(0);
    expect(missing?.reason).toBe('no page shows it; fix it with: open a page');
    expect(results.targets.map(({ target, host, runtime }) => [target, host, runtime])).toEqual([
      ['page/exact', 'page', 'page 1.0'],
      ['page/missing', 'page', null],
      ['scripted/good', 'node', `node ${process.versions.node}`],
    ]);
    expect(results.overhead.map(({ host }) => host).sort()).toEqual(['node', 'page']);
    expect(results.conditions.paused).toBe(false);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Overhead, page');
    const asked = readFileSync(calls, 'utf8').trim().split('\n');
    // One worker for the parity check, and a fresh one for each round.
    const rounds = new Set(exact?.samples.map(({ round }) => round)).size;
    const launches = asked.filter((call) => call === 'launch page/exact in /opt/browser');
    expect(launches).toHaveLength(1 + rounds);
    expect(asked).toContain('launch page/null in /opt/browser');
    expect(asked.at(-1)).toBe('close');
    expect(asked.filter((call) => call === 'close')).toHaveLength(1);
  });

  it('is in the doctor and in the list', async () => {
    const listed = await bench(['list', '--json'], { env: environment });
    const { targets } = JSON.parse(String(listed.stdout)) as { targets: { name: string; host: string }[] };
    expect(targets.find(({ name }) => name === 'page/exact')?.host).toBe('page');
    const asked = await bench(['doctor', '--installed-only', '--json'], { env: environment });
    const health = JSON.parse(String(asked.stdout)) as { targets: { target: string }[] };
    expect(health.targets.filter(({ target }) => target.startsWith('page/'))).toMatchObject([
      { target: 'page/exact', available: true, executable: '/opt/browser', versions: { page: '1.0' } },
      { target: 'page/missing', available: false, reason: 'no page shows it', fix: 'open a page' },
      { target: 'page/null', available: true },
    ]);
  });

  it('is refused in one line where it is none', async () => {
    const refused = await bench(['doctor', '--installed-only'], {
      env: { ...environment, TOUCHSTONE_HOST: own('hosts/page-targets.js') },
    });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^error: .*page-targets\.js does not default-export a WorkerHost/);
  });
});
