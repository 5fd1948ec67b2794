/** What a user is told of an installer that failed, by scripts that say what npm and pip say. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runInstaller } from '../../../runners/provision/installer.js';

const npmWords = [
  'npm error code ETARGET',
  'npm error notarget No matching version found for onnxruntime-node@99.99.0 with a date before 11/30/2026, 12:00:00 AM.',
  "npm error notarget In most cases you or one of your dependencies are requesting a package version that doesn't exist.",
  'npm error A complete log of this run can be found in: /cache/npm/_logs/debug-0.log',
];
const pipWords = [
  'ERROR: Could not find a version that satisfies the requirement jax==99.9 (from versions: 0.8.0, 0.9.0)',
  'ERROR: No matching distribution found for jax==99.9',
];

function failureOf(words: readonly string[], isVersionAsked?: true): Promise<unknown> {
  const logFile = join(mkdtempSync(join(tmpdir(), 'touchstone-installer-')), 'log');
  const script = `printf '%s\\n' "$@" >&2; exit 1`;
  return runInstaller('/bin/sh', ['-c', script, 'sh', ...words], {
    what: 'packages of x',
    logFile,
    signal: new AbortController().signal,
    hint: 'a hint',
    ...(isVersionAsked ? { isVersionAsked } : {}),
  }).catch((error: unknown) => error);
}

it.each([
  ['npm', npmWords, 'No matching version found for onnxruntime-node@99.99.0'],
  ['pip', pipWords, 'No matching distribution found for jax==99.9'],
])(
  'a version that does not exist is told with the reason of %s, as wrong usage where it was asked for',
  async (_, words, reason) => {
    expect(await failureOf(words, true)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('a hint'),
    });
    // A pin of ours that is gone is no fault of the user.
    expect(await failureOf(words)).toMatchObject({
      code: 'install',
      message: expect.stringContaining(reason),
    });
  },
);

it('any other failure is told with the last error that is not about a log', async () => {
  const words = ['npm error code ENOSPC', 'npm error nospc no space left on device', npmWords[3]!];
  expect(await failureOf(words, true)).toMatchObject({
    code: 'install',
    message: 'packages of x could not be installed: npm error nospc no space left on device',
  });
});
