/** What the system tells of its processors: time that the hypervisor took, time that tasks waited for one, their clock. */
import { readFileSync } from 'node:fs';
import { readSteal } from './conditions.js';

export interface ProcessorReading {
  /** Since boot, over the given processors, in ticks of the system's clock (10 ms nearly everywhere). */
  readonly stolenTicks: number | null;
  /** Since boot, how long some task of the machine was ready and had no processor: pressure stall (Linux, psi.rst). */
  readonly pressureNs: number | null;
  /** Mean clock frequency of the given processors. */
  readonly mhz: number | null;
}

/** @param cpus all where there are none */
export function readProcessors(cpus: readonly number[]): ProcessorReading {
  return { stolenTicks: readSteal(cpus)?.steal ?? null, pressureNs: pressure(), mhz: meanMhz(cpus) };
}

/** `some avg10=… avg60=… avg300=… total=<microseconds>`; kernels without pressure stall information have no such file. */
function pressure(): number | null {
  const total = /^some .*total=(\d+)/m.exec(read('/proc/pressure/cpu') ?? '')?.[1];
  return total === undefined ? null : 1000 * Number(total);
}

function meanMhz(cpus: readonly number[]): number | null {
  const path = (cpu: number) => `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`;
  const readings = (cpus.length === 0 ? [0] : cpus).map((cpu) => read(path(cpu)));
  const known = readings.map((text) => Number(text) / 1000).filter((mhz) => mhz > 0);
  return known.length === 0 ? null : known.reduce((sum, mhz) => sum + mhz, 0) / known.length;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'ascii');
  } catch {
    return null;
  }
}
