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

/** First line of /proc/stat; fields are user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). */
export function readSteal(): CpuTicks | null {
  try {
    const ticks =
      readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
    return { total: ticks.reduce((sum, value) => sum + value, 0), steal: ticks[7] ?? 0 };
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
