/** Machines that lack something, as containers and CI services do: nothing fails for it, and what is not known is said. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../common/run/results.js';
import { validity } from '../../reports/html/view/validity.js';
import { capabilities } from '../../runners/process/capabilities.js';
import { bench, leftBehind, newMarker, readResults, temporaryFolder } from './command.js';

const args = [
  ...['--targets', 'scripted/good,scripted/slower', '--workload', 'lenet5', '--batch', '1'],
  ...['--mode', 'inference', '--rounds', '3', '--time', '5s'],
];

/** A run there, whose cells are all measured, and what its report says of the processors. */
async function measured(
  options: Parameters<typeof bench>[1],
  more: readonly string[] = [],
): Promise<{ results: RunResults; said: string; good: boolean }> {
  const folder = join(await temporaryFolder(), 'run');
  const marker = newMarker();
  const run = await bench([...args, ...more, '--out', folder], { marker, ...options });
  expect(run.exitCode, String(run.stderr)).toBe(0);
  const results = readResults(folder);
  for (const cell of results.cells) expect(cell.state, cell.reason).toBe('ok');
  const { text, good } = validity(results).find(({ label }) => label === 'Processors')!;
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(text.slice(0, 30));
  expect(leftBehind(marker)).toEqual([]);
  return { results, said: text, good };
}

/** A PATH that has everything but these programs. */
async function pathWithout(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const from of (process.env.PATH ?? '').split(delimiter).filter((path) => existsSync(path))) {
    for (const name of readdirSync(from)) {
      if (!names.includes(name) && !existsSync(join(folder, name))) {
        symlinkSync(join(from, name), join(folder, name));
      }
    }
  }
  return folder;
}

describe('a system that cannot bind processes', () => {
  it('whose taskset is refused measures unbound and says so', async () => {
    const folder = await pathWithout('taskset');
    writeFileSync(join(folder, 'taskset'), '#!/bin/sh\necho "taskset: failed to set affinity" >&2\nexit 1\n');
    chmodSync(join(folder, 'taskset'), 0o755);
    const { results, said, good } = await measured({ env: { PATH: folder } });
    expect(results.conditions).toMatchObject({ bound: false, workerCpus: [], coordinatorCpus: [] });
    expect(said).toContain('workers not bound to processors');
    expect(good).toBe(false);
  });

  it('without taskset and setpriv measures unbound, stops nobody, and says so', async () => {
    const { results, said } = await measured({ env: { PATH: await pathWithout('taskset', 'setpriv') } });
    expect(results.conditions).toMatchObject({ bound: false, paused: false });
    expect(said).toContain('workers not bound to processors');
    expect(said).toContain('workers out of turn not stopped');
  });
});

describe.skipIf(!capabilities().canBind)('one processor', () => {
  it('is shared by workers and coordinator, and said so', async () => {
    const { results, said, good } = await measured({ behind: ['taskset', '--cpu-list', '0'] });
    expect(results.machine.cores).toBe(1);
    expect(results.conditions).toMatchObject({ bound: true, workerCpus: [0], coordinatorCpus: [0] });
    expect(said).toContain('shared with the coordinator');
    expect(good).toBe(false);
  });

  it('has no room for two threads: one line says so', async () => {
    const run = await bench([...args, '--threads', '2'], { behind: ['taskset', '--cpu-list', '0'] });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(
      /^error: --threads 2 is more than the 1 processor here \(give --threads 1 or fewer\)$/,
    );
  });
});

/** A program that starts another one in a view of the file system that is prepared by shell commands. */
const inView = (...commands: string[]) => [
  ...['unshare', '--mount', '/bin/sh', '-c', `${commands.join(' && ')} && exec "$@"`, 'sh'],
];
const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/sys'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canMount)('a container (skipped where no file system can be mounted: only root can)', () => {
  /** Control groups as both versions write them: both have the container's own as the uppermost one. */
  const limited = (quota: number) =>
    inView(
      'mount -t tmpfs tmpfs /sys',
      'mkdir -p /sys/fs/cgroup/cpu',
      `echo "${quota} 100000" >/sys/fs/cgroup/cpu.max`,
      `echo ${quota} >/sys/fs/cgroup/cpu/cpu.cfs_quota_us`,
      'echo 100000 >/sys/fs/cgroup/cpu/cpu.cfs_period_us',
    );

  it('with the time of one and a half processors keeps within one, and says so', async () => {
    const { results, said } = await measured({ behind: limited(150_000) });
    expect(results.machine.cores).toBe(1);
    const { workerCpus, coordinatorCpus, cpuLimit } = results.conditions;
    expect(cpuLimit).toBe(1.5);
    expect(workerCpus).toEqual(coordinatorCpus);
    expect(said).toContain('a control group limits all of them to the time of 1.5 processors');
    const refused = await bench([...args, '--threads', '2'], { behind: limited(150_000) });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/the 1 processor here, where a control group leaves the time of 1\.5/);
  });

  it('with less than one processor says that turns are stopped in between', async () => {
    const { said, good } = await measured({ behind: limited(60_000) });
    expect(said).toContain('the time of 0.6 processors, and stops them in between');
    expect(good).toBe(false);
  });

  it('without /sys and with entries of /proc that tell nothing is measured, and says what is not known', async () => {
    const hidden = ['cpuinfo', 'stat', 'loadavg', 'meminfo', 'pressure/cpu'];
    const hide = hidden.map((name) => `{ [ ! -e /proc/${name} ] || mount --bind /dev/null /proc/${name}; }`);
    const { results, said } = await measured({ behind: inView('mount -t tmpfs tmpfs /sys', ...hide) });
    expect(results.conditions).toMatchObject({ stealShare: null, cpuLimit: 'unknown' });
    expect(said).toContain('whether a control group limits processor time is not known');
    expect(results.machine).toMatchObject({ cpu: 'unknown', instructionSets: [] });
  });

  it('without /proc is measured unbound', async () => {
    const { results } = await measured({
      behind: inView('mount -t tmpfs tmpfs /sys', 'mount -t tmpfs tmpfs /proc'),
    });
    expect(results.conditions).toMatchObject({ bound: false, stealShare: null, cpuLimit: 'unknown' });
  });
});
