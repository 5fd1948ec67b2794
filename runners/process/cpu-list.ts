/** Processor lists as the kernel writes them. Imported by workers too, so it imports nothing of the project. */
import { readFileSync } from 'node:fs';

/** Numbers of the processors that this process may run on, ascending; null where the system does not tell. */
export function ownCpus(): number[] | null {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
    return list === undefined ? null : parseCpuList(list);
  } catch {
    return null;
  }
}

/** `0-2,5` → [0, 1, 2, 5], ascending. */
export function parseCpuList(list: string): number[] {
  return list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    })
    .sort((a, b) => a - b);
}
