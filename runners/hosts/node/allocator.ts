/** The memory allocator of this process, seen among the libraries that it has loaded. */
import { readFileSync } from 'node:fs';

const replacements = ['jemalloc', 'tcmalloc', 'mimalloc'];

/** `system`, or the name of the one that was put in its place; null where that cannot be seen. */
export function allocator(): string | null {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    return replacements.find((name) => maps.includes(`lib${name}`)) ?? 'system';
  } catch {
    return null;
  }
}
