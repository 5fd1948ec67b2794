/** Finds a Python of the right version: on PATH, through pyenv, through uv. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { EnvironmentDefinition } from './definition.js';

export type Interpreter =
  | { readonly found: true; readonly path: string; readonly version: string }
  /** `fix` is a command that installs one. */
  | { readonly found: false; readonly reason: string; readonly fix: string };

type Range = EnvironmentDefinition['python'];

/** A version manager's stand-in for a Python may wait for something that never comes. */
const patienceMs = 20_000;
/** Debian takes the makers of environments out of Python and puts them into a package of their own. */
const question =
  'import importlib.util as u, platform; print(platform.python_version(), bool(u.find_spec("venv") and u.find_spec("ensurepip")))';

export async function findInterpreter(range: Range): Promise<Interpreter> {
  let incapable: string | undefined;
  for (const path of await candidates(range)) {
    const answer = await ask(path);
    if (!answer || !isWithin(answer.version, range)) continue;
    if (answer.makesEnvironments) return { found: true, path, version: answer.version };
    incapable ??= answer.version.split('.').slice(0, 2).join('.');
  }
  const { minimum } = range;
  if (incapable !== undefined) {
    const fix = `apt-get install python${incapable}-venv`;
    return { found: false, reason: `Python ${incapable} is there without its module venv`, fix };
  }
  return {
    found: false,
    reason: `no Python ${minimum} on PATH, in pyenv or in uv`,
    fix: `pyenv install ${minimum} (or: uv python install ${minimum})`,
  };
}

/** `minimum` ≤ version < `below`, by major and minor number. */
export function isWithin(version: string, range: Range): boolean {
  const order = (text: string) => {
    const [major = 0, minor = 0] = text.split('.').map(Number);
    return major * 1000 + minor;
  };
  return order(version) >= order(range.minimum) && order(version) < order(range.below);
}

async function candidates(range: Range): Promise<string[]> {
  return [...onPath(range), ...throughPyenv(range), ...(await throughUv(range))];
}

function onPath(range: Range): string[] {
  const minorOf = (version: string) => Number(version.split('.')[1]);
  const count = minorOf(range.below) - minorOf(range.minimum);
  const minors = Array.from({ length: count }, (_, index) => minorOf(range.minimum) + index);
  return [...minors.map((minor) => `python3.${minor}`), 'python3', 'python'];
}

function throughPyenv(range: Range): string[] {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  if (!existsSync(versions)) return [];
  const fitting = readdirSync(versions).filter((version) => isWithin(version, range));
  return fitting.map((version) => join(versions, version, 'bin', 'python'));
}

async function throughUv(range: Range): Promise<string[]> {
  const found = await execa('uv', ['python', 'find', `>=${range.minimum},<${range.below}`], {
    reject: false,
    timeout: patienceMs,
  });
  return found.exitCode === 0 ? [found.stdout.trim()] : [];
}

/** Undefined where it does not run. */
async function ask(command: string): Promise<{ version: string; makesEnvironments: boolean } | undefined> {
  const result = await execa(command, ['-c', question], { reject: false, timeout: patienceMs });
  const [version, makesEnvironments] = String(result.stdout ?? '')
    .trim()
    .split(' ');
  if (result.exitCode !== 0 || !version) return undefined;
  return { version, makesEnvironments: makesEnvironments === 'True' };
}
