/** The workflow for CI, as far as it can be tried without the service: its scripts run, with npm and gh played by others. */
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import { commentMarker } from '../../../reports/regression/outputs/markdown.js';
import { runBlocks } from '../../run-blocks.js';

const text = readFileSync(join(projectRoot, 'docs', 'ci', 'touchstone-gate.yml'), 'utf8');
const scripts = runBlocks(text);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'touchstone-workflow-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program of this name that says how it was called, then does this. */
async function stub(name: string, script: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(
    path,
    `#!/bin/bash\nprintf '%s|' "$@" >> "${folder}/${name}.calls"\necho >> "${folder}/${name}.calls"\n${script}\n`,
  );
  await chmod(path, 0o755);
}

const calls = (name: string) =>
  readFileSync(join(folder, `${name}.calls`), 'utf8')
    .trim()
    .split('\n');

/** As the service runs `shell: bash`. */
function run(step: string, env: Record<string, string> = {}) {
  return execa('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', scripts.get(step)!], {
    cwd: folder,
    reject: false,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      TARGETS: 'onnxruntime/cpu,pytorch/cpu',
      BASE_REF: 'main',
      ...env,
    },
  });
}

it('every script is valid bash, and nothing of the service is pasted into one', async () => {
  expect([...scripts.keys()]).toEqual([
    'Install what the targets need',
    'Gate',
    'Comment on the pull request',
  ]);
  for (const script of scripts.values()) {
    expect((await execa('bash', ['-n'], { input: script, reject: false })).stderr).toBe('');
    expect(script).not.toContain('${{');
  }
});

it('is YAML without tabs, and by indents of two', () => {
  for (const line of text.split('\n')) expect([line, /^( {2})*(\S|$)/.test(line)]).toEqual([line, true]);
});

describe('the gate’s step', () => {
  it.each([
    [0, 0, '::notice title=Gate::No regression'],
    [1, 1, '::error title=Gate::Regression'],
    [2, 2, '::error title=Gate::The command'],
    [3, 0, '::warning title=Gate::Inconclusive'],
    [4, 4, '::error title=Gate::Could not measure'],
    [130, 130, '::error title=Gate::The gate ended with status 130'],
  ])('status %i of the gate becomes %i of the step', async (status, ending, message) => {
    await stub('npm', `echo verdict >> "$GITHUB_STEP_SUMMARY"; exit ${status}`);
    const { exitCode, stdout, stderr } = await run('Gate');
    expect([exitCode, stderr]).toEqual([ending, '']);
    expect(stdout.split('\n')).toHaveLength(1);
    expect(stdout).toContain(message);
    expect(readFileSync(join(folder, 'gate.md'), 'utf8')).toBe('verdict\n');
    const summary = join(folder, 'summary');
    expect(calls('npm')).toEqual([
      `run|bench|--|gate|--against|origin/main|--targets|onnxruntime/cpu,pytorch/cpu|--markdown|${summary}|--junit|gate-junit.xml|--sarif|gate.sarif|--json|gate.json|`,
    ]);
  });

  it('a gate that wrote nothing leaves no comment to be made', async () => {
    await stub('npm', 'exit 4');
    expect((await run('Gate')).exitCode).toBe(4);
    expect(() => readFileSync(join(folder, 'gate.md'))).toThrow();
  });

  it('the name of a branch is not taken for a command', async () => {
    await stub('npm', 'exit 0');
    await run('Gate', { BASE_REF: '$(touch hacked)"; touch hacked; "' });
    expect(calls('npm')[0]).toContain('|origin/$(touch hacked)"; touch hacked; "|');
    expect(() => readFileSync(join(folder, 'hacked'))).toThrow();
  });
});

it('installs the targets that are gated', async () => {
  await stub('npm', '');
  expect((await run('Install what the targets need')).exitCode).toBe(0);
  expect(calls('npm')).toEqual(['run|setup|--|onnxruntime/cpu|pytorch/cpu|']);
});

describe('the comment', () => {
  const env = { REPOSITORY: 'o/r', NUMBER: '7' };

  it('is made where there is none', async () => {
    await stub('gh', '');
    expect((await run('Comment on the pull request', env)).exitCode).toBe(0);
    expect(calls('gh')[0]).toContain('|repos/o/r/issues/7/comments|');
    expect(calls('gh')[0]).toContain(commentMarker);
    expect(calls('gh').slice(1)).toEqual(['pr|comment|7|--repo|o/r|--body-file|gate.md|']);
  });

  it('of an earlier push is written anew', async () => {
    await stub('gh', 'case "$*" in *--paginate*) printf "42\\n43\\n";; esac');
    expect((await run('Comment on the pull request', env)).exitCode).toBe(0);
    expect(calls('gh').slice(1)).toEqual([
      'api|--method|PATCH|repos/o/r/issues/comments/42|--field|body=@gate.md|',
    ]);
  });
});
