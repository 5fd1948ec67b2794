import { execa } from 'execa';

/** Workers start compiled JavaScript, so the build must be as new as the sources before any test spawns one. */
export default async function setup(): Promise<void> {
  await execa('npx', ['--no-install', 'tsc', '--project', 'tsconfig.json'], { stdio: 'inherit' });
}
