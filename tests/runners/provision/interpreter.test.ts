import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findInterpreter, isWithin } from '../../../runners/provision/interpreter.js';

const range = { minimum: '3.11', below: '3.13' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-interpreter-'));
  // Only what a test puts here exists.
  vi.stubEnv('PATH', `${folder}:/usr/bin/does-not-exist`);
  vi.stubEnv('PYENV_ROOT', join(folder, 'pyenv'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that says what it is asked: version, and whether it makes environments. */
function pretend(path: string, answer: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${answer}"\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('isWithin', () => {
  it.each([
    ['3.10.13', false],
    ['3.11.0', true],
    ['3.12.9', true],
    ['3.13.0', false],
    ['2.7.18', false],
  ])('%s: %s', (version, expected) => {
    expect(isWithin(version, range)).toBe(expected);
  });
});

describe('findInterpreter', () => {
  it('takes the first on PATH that fits', async () => {
    pretend('python3', '3.13.1 True');
    pretend('python3.12', '3.12.4 True');
    expect(await findInterpreter(range)).toEqual({ found: true, path: 'python3.12', version: '3.12.4' });
  });

  it('looks into pyenv when PATH has none that fits', async () => {
    pretend('python3', '3.9.2 True');
    const path = pretend('pyenv/versions/3.11.7/bin/python', '3.11.7 True');
    pretend('pyenv/versions/3.9.18/bin/python', '3.9.18 True');
    expect(await findInterpreter(range)).toEqual({ found: true, path, version: '3.11.7' });
  });

  it('asks uv last', async () => {
    const path = pretend('uv-python', '3.12.1 True');
    pretend('uv', path);
    expect(await findInterpreter(range)).toEqual({ found: true, path, version: '3.12.1' });
  });

  it('passes over one that cannot make environments, and says what it lacks when there is no other', async () => {
    pretend('python3.11', '3.11.2 False');
    expect(await findInterpreter(range)).toEqual({
      found: false,
      reason: 'Python 3.11 is there without its module venv',
      fix: 'apt-get install python3.11-venv',
    });
    pretend('python3', '3.12.0 True');
    expect(await findInterpreter(range)).toMatchObject({ found: true, path: 'python3' });
  });

  it('names what is missing and what brings it', async () => {
    expect(await findInterpreter(range)).toEqual({
      found: false,
      reason: 'no Python 3.11 on PATH, in pyenv or in uv',
      fix: 'pyenv install 3.11 (or: uv python install 3.11)',
    });
  });
});
