/** The processor time that control groups (cgroups(7)) leave to this process, as containers limit it. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** In processors, which need not be a whole number; null where there is no limit, `unknown` where the system does not tell. */
export type CpuLimit = number | 'unknown' | null;

/** @param root of the file system; another one in tests */
export function readCpuLimit(root = '/'): CpuLimit {
  if (process.platform !== 'linux') return null;
  const groups = read(join(root, 'proc/self/cgroup'));
  const mount = join(root, 'sys/fs/cgroup');
  if (groups === undefined || !isFolder(mount)) return 'unknown';
  const limits = groups.split('\n').flatMap((line) => limitsOf(line, mount));
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Of a line of /proc/self/cgroup, `hierarchy:controllers:path`: every group above is a limit too. */
function limitsOf(line: string, mount: string): number[] {
  const [, controllers, path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined) return [];
  const limitIn = controllers === '' ? unifiedLimit : legacyLimit;
  const mounts = controllers === '' ? ['', 'unified'] : [controllers, 'cpu'];
  if (controllers !== '' && !controllers.split(',').includes('cpu')) return [];
  return mounts
    .flatMap((name) => withAncestors(path).map((group) => limitIn(join(mount, name, group))))
    .filter((limit) => limit !== undefined);
}

/**
 * A path and all above it. Inside a container the path may be the host's, which is not mounted there; what is mounted is then the
 * container's own group, as the uppermost one.
 */
function withAncestors(path: string): string[] {
  return path === '/' || path === '.' ? ['/'] : [path, ...withAncestors(dirname(path))];
}

/** Version 2: `cpu.max` is `<microseconds> <period>`, or `max <period>`. */
function unifiedLimit(group: string): number | undefined {
  const [quota, period] = read(join(group, 'cpu.max'))?.trim().split(' ') ?? [];
  return share(Number(quota), Number(period));
}

/** Version 1: a quota of −1 is none. */
function legacyLimit(group: string): number | undefined {
  const [quota, period] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) =>
    Number(read(join(group, name))),
  );
  return share(quota, period);
}

function share(quota = Number.NaN, period = Number.NaN): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
