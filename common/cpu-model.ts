/** The model of this machine's processors. */
import { cpus } from 'node:os';

/** As the system calls it; `unknown` where it has no name for it. */
export function cpuModel(): string {
  return cpus()[0]?.model.trim() || 'unknown';
}
