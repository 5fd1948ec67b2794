import { freemem } from 'node:os';

/** Memory that a new process could have now. Where the system does not tell, Node says 0: then what is free altogether. */
export function availableMemory(): number {
  return process.availableMemory() || freemem();
}

/** Why so many bytes are not available, as the end of a sentence; undefined where they are. */
export function memoryShortage(needed: number, available: number): string | undefined {
  if (needed <= available) return undefined;
  return `needs ${gibibytes(needed)} of memory or more, and ${gibibytes(available)} are available`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
