/** This machine's processors. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** As the system calls it; `unknown` where it has no name for it. */
export function cpuModel(): string {
  return cpus()[0]?.model.trim() || 'unknown';
}

/** Features such as `avx2`, in the system's order; empty where it does not tell. */
export function cpuFlags(): readonly string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return line?.[1]?.trim().split(/\s+/) ?? [];
  } catch {
    return [];
  }
}
