/** Runs the Python unit tests of the bridge where PyTorch is. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';

it('passes its own tests', { timeout: 600_000 }, async () => {
  const { python } = await ensureEnvironment('pytorch');
  const { exitCode, all } = await execa(python, ['-m', 'unittest', 'discover', '-t', '.', '-s', 'tests'], {
    cwd: join(projectRoot, 'python-bridge'),
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  expect(exitCode, all).toBe(0);
  // A discovery that finds nothing succeeds too.
  expect(all).toMatch(/Ran ([4-9]\d|\d{3,}) tests/);
});
