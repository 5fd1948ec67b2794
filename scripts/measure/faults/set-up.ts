/** A set-up that takes seconds and needs no network: an environment with one small package of our own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { environmentVariable } from './adapters/packaged.js';
import { type Arena, adapterFile, problemIn, start } from './arena.js';
import { folderOfWheels, makeWheel } from './wheels.js';

/** Of the package and of the environment. */
const name = 'small';
const args = ['setup', 'packaged/python'];

export interface SetUp {
  /** What it takes where nothing disturbs it. */
  readonly durationMs: number;
  /** Begins it with a state folder of its own. */
  start(home: string): ReturnType<typeof start>;
  /** Does it once more, to its end. @returns what is not right of it, or of the environment */
  repeat(home: string): Promise<string | undefined>;
}

/** Writes the definition and the package, and tries them. */
export async function makeSetUp({ folder }: Arena): Promise<SetUp> {
  const wheel = makeWheel(name, '1.0');
  const definitions = join(folder, 'definitions');
  const python = { minimum: '3.11', below: '3.12' };
  mkdirSync(definitions);
  writeFileSync(
    join(definitions, `${name}.json`),
    JSON.stringify({ title: 'A small package', python, sizeMb: 20 }),
  );
  writeFileSync(join(definitions, `${name}.txt`), `${name}==1.0 \\\n    --hash=${wheel.hash}\n`);
  const env = {
    TOUCHSTONE_ADAPTER: adapterFile('packaged'),
    [environmentVariable]: join(definitions, name),
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: folderOfWheels(folder, wheel),
    PIP_CONFIG_FILE: '/dev/null',
  };
  const place = (home: string): Arena => ({ folder, home });
  const repeat = async (home: string) => {
    const problem = await problemIn(place(home), args, [0], { env });
    return problem ?? (await problemOfEnvironment(home));
  };
  const home = join(folder, 'home-undisturbed');
  const startedMs = performance.now();
  const problem = await repeat(home);
  if (problem !== undefined) throw new Error(`a set-up that nothing disturbs does not end well: ${problem}`);
  const durationMs = performance.now() - startedMs;
  await rm(home, { recursive: true, force: true });
  return { durationMs, start: (own) => start(place(own), args, { env }), repeat };
}

async function problemOfEnvironment(home: string): Promise<string | undefined> {
  const python = join(home, 'environments', name, 'bin', 'python');
  const { exitCode, stderr } = await execa(python, ['-I', '-c', `import ${name}`], { reject: false });
  return exitCode === 0 ? undefined : `the package cannot be imported: ${stderr}`;
}
