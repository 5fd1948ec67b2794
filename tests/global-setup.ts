import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildFolder } from '../common/paths.js';

/**
 * Workers start compiled JavaScript, so the build must be as new as the sources before any test spawns one. `npm test`
 * has just seen to that; `npx vitest` has not, and compiles in place, which makes the starter's stamp untrue.
 *
 * Temporary files of all tests lie in one folder, which is gone behind them, also of those that were killed.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (!process.env.TOUCHSTONE_COMPILED) {
    await rm(join(buildFolder, '.touchstone-stamp'), { force: true });
    await execa('npx', ['--no-install', 'tsc', '--project', 'tsconfig.json'], { stdio: 'inherit' });
  }
  const temporary = await mkdtemp(join(tmpdir(), 'touchstone-tests-'));
  process.env.TMPDIR = temporary;
  return () => rm(temporary, { recursive: true, force: true });
}
