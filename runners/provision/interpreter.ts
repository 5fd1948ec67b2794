/** Finds a Python of the right version: on PATH, through pyenv, through uv. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { EnvironmentDefinition } from './definition.js';

export type Interpreter =
  | { readonly found: true; readonly path: string; readonly version: string }
  /** `mend` is a command that would bring one. */
  | { readonly found: false; readonly reason: string; readonly mend: string };

type Range = EnvironmentDefinition['python'];

export async function findInterpreter(range: Range): Promise<Interpreter> {
  for (const candidate of [...onPath(range), ...throughPyenv(range)]) {
    const version = await versionOf(candidate);
    if (version !== undefined && isWithin(version, range)) return { found: true, path: candidate, version };
  }
  const uv = await execa('uv', ['python', 'find', `>=${range.minimum},<${range.below}`], { reject: false });
  if (uv.exitCode === 0) {
    const path = uv.stdout.trim();
    const version = await versionOf(path);
    if (version !== undefined) return { found: true, path, version };
  }
  return {
    found: false,
    reason: `no Python ${range.minimum} on PATH, in pyenv or in uv`,
    mend: `pyenv install ${range.minimum} (or: uv python install ${range.minimum})`,
  };
}

/** Exported for tests. `minimum` ≤ version < `below`, by major and minor number. */
export function isWithin(version: string, range: Range): boolean {
  const order = (text: string) => {
    const [major = 0, minor = 0] = text.split('.').map(Number);
    return major * 1000 + minor;
  };
  return order(version) >= order(range.minimum) && order(version) < order(range.below);
}

function onPath(range: Range): string[] {
  return [`python${range.minimum}`, 'python3', 'python'];
}

function throughPyenv(range: Range): string[] {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  if (!existsSync(versions)) return [];
  const fitting = readdirSync(versions).filter((version) => isWithin(version, range));
  return fitting.map((version) => join(versions, version, 'bin', 'python'));
}

/** `3.11.7`; undefined where it does not run or lacks what an environment needs. */
async function versionOf(command: string): Promise<string | undefined> {
  const script = 'import ensurepip, platform, venv; print(platform.python_version())';
  const result = await execa(command, ['-c', script], { reject: false });
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}
