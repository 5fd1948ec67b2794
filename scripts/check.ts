/**
 * Types, lint and format of TypeScript and Python: `npm run check`, or one of them by name, as `npm run lint` and
 * `npm run typecheck` do. `--fix` formats in place instead. Exit status 1 where a check fails, after all have run.
 */
import { join } from 'node:path';
import { execa } from 'execa';
import { exitStatus } from '../common/errors.js';
import { installedPackage, projectRoot, stateFolder } from '../common/paths.js';
import { ensureEnvironment } from '../runners/provision/environments.js';

type Kind = 'types' | 'lint' | 'format';

interface Check {
  readonly title: string;
  readonly kinds: readonly Kind[];
  readonly command: readonly string[];
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const kinds: readonly Kind[] = ['types', 'lint', 'format'];

process.exitCode = await main(process.argv.slice(2));

async function main(parameters: readonly string[]): Promise<number> {
  const { python } = await ensureEnvironment('tools', { report: say });
  if (parameters.includes('--fix')) return run(fixes(python));
  const unknown = parameters.find((name) => !kinds.some((kind) => kind === name));
  if (unknown !== undefined) {
    say(`error: there is no check ${unknown}; the checks are ${kinds.join(', ')}`);
    return exitStatus.usage;
  }
  const chosen = parameters.length === 0 ? kinds : kinds.filter((kind) => parameters.includes(kind));
  return run(checks(python, chosen).filter((check) => check.kinds.some((kind) => chosen.includes(kind))));
}

/** Every check runs, so that one look shows all that is wrong. */
async function run(all: readonly Check[]): Promise<number> {
  const failed: string[] = [];
  for (const { title, command } of all) {
    say(`checking ${title}`);
    const [file = '', ...parameters] = command;
    const result = await execa(file, parameters, {
      cwd: projectRoot,
      stdio: 'inherit',
      reject: false,
      env: {
        MYPY_CACHE_DIR: join(stateFolder, 'cache', 'mypy'),
        RUFF_CACHE_DIR: join(stateFolder, 'cache', 'ruff'),
      },
    });
    if (result.exitCode !== 0) failed.push(title);
  }
  if (failed.length > 0) say(`error: not passed, see above: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

function checks(python: string, chosen: readonly Kind[]): Check[] {
  const bridge = join(projectRoot, 'python-bridge');
  const mypy = ['-m', 'mypy', '--config-file', join(bridge, 'pyproject.toml')];
  return [
    { title: 'types', kinds: ['types'], command: [...compiler(), '--project', projectRoot, '--noEmit'] },
    { title: 'lint and format', kinds: ['lint', 'format'], command: [...biome('ci'), ...onlyOf(chosen)] },
    { title: 'Python lint', kinds: ['lint'], command: [python, '-m', 'ruff', 'check', bridge] },
    {
      title: 'Python format',
      kinds: ['format'],
      command: [python, '-m', 'ruff', 'format', '--check', bridge],
    },
    {
      title: 'Python types',
      kinds: ['types'],
      command: [python, ...mypy, join(bridge, 'touchstone_bridge')],
    },
  ];
}

function fixes(python: string): Check[] {
  const bridge = join(projectRoot, 'python-bridge');
  const write = [...biome('check'), '--write', '--linter-enabled=false'];
  return [
    { title: 'format', kinds: ['format'], command: write },
    { title: 'Python format', kinds: ['format'], command: [python, '-m', 'ruff', 'format', bridge] },
  ];
}

function compiler(): string[] {
  return [process.execPath, join(installedPackage('typescript'), 'bin/tsc')];
}

function biome(command: string): string[] {
  const colours = process.stderr.isTTY ? '--colors=force' : '--colors=off';
  const program = join(installedPackage('@biomejs/biome'), 'bin/biome');
  return [process.execPath, program, command, '--diagnostic-level=warn', colours, projectRoot];
}

/** Biome's `ci` lints and formats at once; where only one of them was asked for, the other is switched off. */
function onlyOf(chosen: readonly Kind[]): string[] {
  return [
    ...(chosen.includes('lint') ? [] : ['--linter-enabled=false', '--assist-enabled=false']),
    ...(chosen.includes('format') ? [] : ['--formatter-enabled=false', '--assist-enabled=false']),
  ];
}
