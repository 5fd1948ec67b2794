/** Runs the Python unit tests of the bridge in the environments whose frameworks have some; the others skip themselves. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';

it.each([
  ['pytorch', 'test_*.py', 40],
  // PyTorch is in there too, and too old for its own tests.
  ['caffe2', 'test_caffe2*.py', 40],
  ['reference', 'test_reference*.py', 10],
])('passes its own tests in %s', { timeout: 600_000 }, async (environment, pattern, atLeast) => {
  const { python } = await ensureEnvironment(environment);
  const { exitCode, all } = await execa(
    python,
    ['-m', 'unittest', 'discover', '-t', '.', '-s', 'tests', '-p', pattern],
    {
      cwd: join(projectRoot, 'python-bridge'),
      all: true,
      reject: false,
      stdin: 'ignore',
    },
  );
  expect(exitCode, all).toBe(0);
  // A discovery that finds nothing succeeds too.
  expect(Number(/Ran (\d+) tests/.exec(all)?.[1])).toBeGreaterThanOrEqual(atLeast);
});
