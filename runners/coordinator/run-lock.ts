/** Two runs that measure at once would measure each other: the second waits for the first. */
import { lock } from 'proper-lockfile';
import { makeFolder } from '../../common/files.js';
import { stateFolder } from '../../common/paths.js';

/** A holder that was killed stops renewing its lock and is overruled after this long. */
const staleMs = 10_000;

/**
 * Resolves with the release once no other run of this checkout measures.
 *
 * @param onOverruled called where this process slept so long that another one took its place
 */
export async function enterTurnstile(
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
      // A lock that was taken over by another process cannot be released.
      return async () => {
        if (!isOverruled) await release();
      };
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') throw error;
      if (!told)
        say(
          'another run measures in this checkout; waiting until it is done, since two at once would measure each other',
        );
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
