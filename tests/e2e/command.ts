/** The command line as a user starts it: a real process, with the scripted frameworks beside the real ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { buildFolder, projectRoot } from '../../common/paths.js';
import type { RunResults } from '../../common/run/results.js';

const scripted = join(buildFolder, 'tests/e2e/adapters/scripted.js');

/** Found in the environment of every process that a test started: what is left of them can be told from all others. */
export function newMarker(): string {
  return `touchstone-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** @param options.behind a program that starts it */
export function bench(
  args: readonly string[],
  options: Options & { marker?: string; behind?: readonly string[] } = {},
) {
  const { marker = newMarker(), behind = [], env, ...rest } = options;
  const [file = '', ...words] = [...behind, process.execPath, join(buildFolder, 'bench.js'), ...args];
  return execa(file, words, {
    cwd: projectRoot,
    reject: false,
    ...rest,
    env: {
      NO_COLOR: '1',
      TOUCHSTONE_ADAPTER: scripted,
      TOUCHSTONE_TEST_MARKER: marker,
      // Scripted runs are no part of this checkout's history.
      TOUCHSTONE_HISTORY: '',
      ...env,
    },
  });
}

/** Processes that carry the marker. Linux only. */
export function leftBehind(marker: string): number[] {
  const numbers = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return numbers.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker);
    } catch {
      return false;
    }
  });
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'touchstone-e2e-'));
}

export function readResults(folder: string): RunResults {
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResults;
}

/** Waits until `done` gives something, or fails after a while. */
export async function until<T>(
  what: string,
  done: () => T | undefined | false,
  patienceMs = 60_000,
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const value = done();
    if (value) return value;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
