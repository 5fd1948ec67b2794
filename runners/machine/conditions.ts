/** How busy the machine is. Every figure is null where the system does not tell. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** CPU time since boot in clock ticks: all of it, and what the hypervisor took. */
export interface CpuTicks {
  readonly total: number;
  readonly steal: number;
}

export function readConditions(): { loadAverage: number | null; stealShare: number | null } {
  // Where there is no load average, Node says 0 for all three.
  const [lastMinute = 0] = loadavg();
  return { loadAverage: process.platform === 'win32' ? null : lastMinute, stealShare: null };
}

/**
 * Reads the given processors, or all together where none is given. Fields of a line of /proc/stat are user, nice, system,
 * idle, iowait, irq, softirq, steal (proc(5)).
 *
 * @param file another one in tests
 */
export function readSteal(cpus: readonly number[] = [], file = '/proc/stat'): CpuTicks | null {
  try {
    const names = cpus.length === 0 ? ['cpu'] : cpus.map((cpu) => `cpu${cpu}`);
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const ticks = lines
      .filter(([name = '']) => names.includes(name))
      .map((fields) => fields.slice(1, 9).map(Number));
    const stolen = ticks.flatMap((fields) => fields[7] ?? []);
    // Old kernels have no such field; some containers show other processors than those that there are, or none.
    if (stolen.length < names.length) return null;
    const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);
    return { total: sum(ticks.flat()), steal: sum(stolen) };
  } catch {
    return null;
  }
}

/** Share of CPU time since `before` that the hypervisor took. */
export function stealShareSince(before: CpuTicks | null): number | null {
  const now = readSteal();
  if (!before || !now || now.total === before.total) return null;
  return (now.steal - before.steal) / (now.total - before.total);
}
