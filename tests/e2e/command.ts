/** The command line as a user starts it, with the scripted frameworks beside the real ones. */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from 'execa';
import { buildFolder } from '../../common/paths.js';
import type { RunResults } from '../../common/run/results.js';
import { startBench } from '../../scripts/measure/faults/command.js';

export { finishedTurns, until } from '../../scripts/measure/faults/command.js';
export { livingWith as leftBehind, newMark as newMarker } from '../../scripts/measure/faults/marked.js';

const scripted = join(buildFolder, 'tests/e2e/adapters/scripted.js');

/** @param options.behind a program that starts it */
export function bench(
  args: readonly string[],
  options: Options & { marker?: string; behind?: readonly string[] } = {},
) {
  const { marker, env, ...rest } = options;
  return startBench(args, {
    ...rest,
    ...(marker === undefined ? {} : { mark: marker }),
    env: { TOUCHSTONE_ADAPTER: scripted, ...env },
  });
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'touchstone-e2e-'));
}

export function readResults(folder: string): RunResults {
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResults;
}
