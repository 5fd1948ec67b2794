/** Two runs that measure at once would measure each other: the second waits for the first. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { makeFolder } from '../../common/files.js';
import { stateFolder } from '../../common/paths.js';

/** A holder that was killed stops renewing its lock and is overruled after this long. */
const staleMs = 10_000;

/**
 * Resolves with the release once no other run of this checkout measures.
 *
 * @param folder of the run that enters, which those that wait are told
 * @param onOverruled called where this process slept so long that another one took its place
 */
export async function enterTurnstile(
  folder: string,
  say: (line: string) => void,
  signal: AbortSignal,
  onOverruled: () => void,
): Promise<() => Promise<void>> {
  makeFolder(stateFolder);
  let isOverruled = false;
  const onCompromised = () => {
    isOverruled = true;
    onOverruled();
  };
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      const release = await lock(stateFolder, {
        stale: staleMs,
        update: staleMs / 4,
        lockfilePath: `${stateFolder}/measuring.lock`,
        onCompromised,
      });
      tellHolder(folder);
      // A lock that was taken over by another process cannot be released.
      return async () => {
        if (!isOverruled) await release();
      };
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') throw error;
      if (!told)
        say(
          `another run measures in this checkout${holder()}; waiting until it is done, since two at once would measure each other`,
        );
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Says whose lock it is: the lock itself holds nothing. */
const holderFile = join(stateFolder, 'measuring.run');

function tellHolder(folder: string): void {
  try {
    writeFileSync(holderFile, folder);
  } catch {
    // Whoever waits is told less.
  }
}

/** ` (/path/of/its/folder)`; empty where it does not say. */
function holder(): string {
  try {
    return ` (${readFileSync(holderFile, 'utf8')})`;
  } catch {
    return '';
  }
}
