import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildFolder } from '../common/paths.js';

/**
 * Workers start compiled JavaScript, so the build must be as new as the sources before any test spawns one. `npm test`
 * has just seen to that; `npx vitest` has not, and compiles in place, which makes the starter's stamp untrue.
 */
export default async function setup(): Promise<void> {
  if (process.env.TOUCHSTONE_COMPILED) return;
  await rm(join(buildFolder, '.touchstone-stamp'), { force: true });
  await execa('npx', ['--no-install', 'tsc', '--project', 'tsconfig.json'], { stdio: 'inherit' });
}
