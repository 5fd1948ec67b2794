/** Two runs at once must not make the same thing: one does, the others wait for it. */
import { dirname } from 'node:path';
import { check, lock } from 'proper-lockfile';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';

/** What is made, and what it is called. */
interface Locked {
  readonly folder: string;
  readonly title: string;
}

/** A holder that was killed stops renewing its lock and is overruled after this long. */
const staleMs = 10_000;

/**
 * Does the work while holding the folder's lock. A process that slept (a closed laptop) may find that another one
 * has overruled it: `signal` then stops its work, and it starts again at the end of the queue.
 */
export async function whileLocked<T>(
  definition: Locked,
  report: ((line: string) => void) | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    const overruled = new AbortController();
    const release = await acquire(definition, report, () => overruled.abort());
    try {
      const result = await work(overruled.signal);
      if (!overruled.signal.aborted) return result;
    } catch (error) {
      if (!overruled.signal.aborted) throw error;
    } finally {
      // A lock that was taken over by another process cannot be released.
      if (!overruled.signal.aborted) await release();
    }
  }
}

/** Why what has no stamp yet cannot be used: it is just being made, or whoever made it was stopped. */
export async function unfinished(folder: string, what: string): Promise<string> {
  const options = { realpath: false, stale: staleMs, lockfilePath: lockOf(folder) };
  const isHeld = await check(folder, options).catch(() => false);
  return isHeld ? `${what} is being made by another run` : `${what} was left half-made`;
}

function lockOf(folder: string): string {
  return `${folder}.lock`;
}

async function acquire(
  definition: Locked,
  report: ((line: string) => void) | undefined,
  onCompromised: () => void,
): Promise<() => Promise<void>> {
  const lockfilePath = lockOf(definition.folder);
  makeFolder(dirname(lockfilePath));
  // The library tells locks apart by what is locked, which need not exist yet.
  const options = { realpath: false, stale: staleMs, update: staleMs / 4, lockfilePath, onCompromised };
  for (let told = false; ; told = true) {
    try {
      return await lock(definition.folder, options);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') {
        const message = `cannot lock ${lockfilePath}: ${messageOf(error)}`;
        throw new TouchstoneError('install', message, { cause: error });
      }
      if (!told) report?.(`another run installs ${definition.title}; waiting for it`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
