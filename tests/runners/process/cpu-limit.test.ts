import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCpuLimit } from '../../../runners/process/cpu-limit.js';
import { withinLimit } from '../../../runners/process/cpus.js';

/** The root of a file system with these files. */
function rootWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-cgroup-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const unified = (path: string, files: Record<string, string>) =>
  rootWith({ 'proc/self/cgroup': `0::${path}\n`, 'sys/fs/cgroup/cgroup.controllers': 'cpu\n', ...files });

describe.skipIf(process.platform !== 'linux')('the limit of control groups', () => {
  it('is that of the own group, or the least above it', () => {
    const files = {
      'sys/fs/cgroup/a/b/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/a/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
    };
    expect(readCpuLimit(unified('/a/b', files))).toBe(1.5);
    expect(readCpuLimit(unified('/', { ...files, 'sys/fs/cgroup/cpu.max': '50000 100000\n' }))).toBe(0.5);
  });

  it('is none where no group has one', () => {
    expect(readCpuLimit(unified('/a', { 'sys/fs/cgroup/a/cpu.max': 'max 100000\n' }))).toBeNull();
    expect(readCpuLimit(unified('/', {}))).toBeNull();
  });

  it('is read from version 1 too, where a container has its own group in place of the path that the host knows', () => {
    const files = (quota: string) => ({
      'proc/self/cgroup': '4:memory:/docker/x\n2:cpu,cpuacct:/docker/x\n0::/\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': `${quota}\n`,
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    });
    expect(readCpuLimit(rootWith(files('250000')))).toBe(2.5);
    expect(readCpuLimit(rootWith(files('-1')))).toBeNull();
  });

  it('is unknown where /sys or /proc does not tell', () => {
    expect(readCpuLimit(rootWith({ 'proc/self/cgroup': '0::/\n' }))).toBe('unknown');
    expect(readCpuLimit(rootWith({ 'sys/fs/cgroup/cpu.max': '50000 100000\n' }))).toBe('unknown');
    expect(readCpuLimit(rootWith({}))).toBe('unknown');
  });
});

describe('processors within a limit', () => {
  it.each([
    [2.5, [2, 3]],
    [1, [3]],
    [0.5, [3]],
    [9, [0, 1, 2, 3]],
    [null, [0, 1, 2, 3]],
    ['unknown' as const, [0, 1, 2, 3]],
  ])('of %s are the last ones, so many that together they cannot reach it', (limit, cpus) => {
    expect(withinLimit([0, 1, 2, 3], limit)).toEqual(cpus);
  });
});
