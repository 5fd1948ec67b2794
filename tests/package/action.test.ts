/** The steps of `action.yml`, run by bash as the service runs them, with the packed file installed. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { runBlocks } from '../run-blocks.js';
import { adapterOfTheirs, install, type Project, pack, packageName } from './installed.js';

const text = readFileSync(join(projectRoot, 'action.yml'), 'utf8');
const scripts = runBlocks(text);
let project: Project;
beforeAll(async () => {
  project = await install(await pack());
  mkdirSync(project.path('temporary'));
}, 120_000);
afterAll(() => rmSync(project.root, { recursive: true, force: true }));

/** Lines that a step wrote to one of the service's files; emptied for the next step. */
function written(name: string): string[] {
  const path = project.path('temporary', name);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  rmSync(path, { force: true });
  return lines;
}

function step(name: string, env: Record<string, string> = {}) {
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`action.yml has no step ${name}`);
  return execa('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: project.root,
    reject: false,
    stdin: 'ignore',
    env: {
      NO_COLOR: '1',
      RUNNER_TEMP: project.path('temporary'),
      GITHUB_PATH: project.path('temporary/path'),
      GITHUB_OUTPUT: project.path('temporary/output'),
      GITHUB_STEP_SUMMARY: project.path('temporary/summary'),
      TOUCHSTONE_HOME: '.touchstone',
      TOUCHSTONE_HISTORY: '',
      // As the service gives inputs that are left out.
      ...{ VERSION: '', ADAPTER: '', WORKLOAD: '', MODEL: '', INPUT: '', MODE: '', BATCH: '', TIME: '' },
      ...{ PREPARE: '', CONFIG: '', STRICT: 'false' },
      ...env,
    },
  });
}

describe('action.yml', () => {
  it('has bash that is valid, into which no input is pasted', async () => {
    for (const [name, script] of scripts) {
      expect((await execa('bash', ['-n'], { input: script, reject: false })).stderr, name).toBe('');
      expect(script).not.toContain('${{');
    }
  });

  it('passes every input on, and every output comes from a step', () => {
    const [inputs = '', rest = ''] = text.slice(text.indexOf('\ninputs:')).split('\noutputs:');
    for (const [, name] of inputs.matchAll(/^ {2}([\w-]+):$/gm)) {
      expect(rest).toContain(`\${{ inputs.${name} }}`);
    }
    for (const [, name] of rest.matchAll(/steps\.gate\.outputs\.(\w+)/g)) {
      expect(scripts.get('Gate')).toContain(`echo "${name}=`);
    }
  });
});

describe('Install Touchstone', () => {
  /** An npm that notes its parameters and packs or installs nothing. */
  const withNpm = async (env: Record<string, string>) => {
    const bin = project.path('temporary/bin');
    mkdirSync(bin, { recursive: true });
    const installed = project.path('temporary/touchstone/node_modules/.bin');
    const body = `echo "$@" >> "${project.path('temporary/npm')}"; mkdir -p "${installed}"; touch "$RUNNER_TEMP/touchstone/packed.tgz"`;
    writeFileSync(join(bin, 'npm'), `#!/bin/bash\n${body}\n`);
    chmodSync(join(bin, 'npm'), 0o755);
    const result = await step('Install Touchstone', { PATH: `${bin}:${process.env.PATH}`, ...env });
    expect(result.exitCode, String(result.stderr)).toBe(0);
    return { calls: written('npm'), path: written('path') };
  };

  it('takes the one that the project has', async () => {
    const { calls, path } = await withNpm({});
    expect(calls).toEqual([]);
    expect(path).toEqual([project.path('node_modules/.bin')]);
  });

  it.each([
    ['a version', '1.2.3', `${packageName}@1.2.3`],
    ['a packed file', './mine.tgz', '/mine.tgz'],
  ])('takes %s', async (_, version, spec) => {
    const { calls, path } = await withNpm({ VERSION: version });
    expect(calls).toEqual([
      expect.stringMatching(/^install --prefix .*\/touchstone --no-save --ignore-scripts/),
    ]);
    expect(calls[0]?.endsWith(spec)).toBe(true);
    expect(path).toEqual([project.path('temporary/touchstone/node_modules/.bin')]);
  });

  it('packs its own files where there is neither', async () => {
    rmSync(project.path('node_modules/.bin/touchstone'));
    const { calls } = await withNpm({ ACTION: projectRoot });
    expect(calls).toEqual([
      `pack --pack-destination ${project.path('temporary/touchstone')}`,
      expect.stringMatching(/^install .*\/touchstone\/packed\.tgz$/),
    ]);
    await project.shell(
      `ln -s "$PWD/node_modules/${packageName}/touchstone.mjs" node_modules/.bin/touchstone`,
    );
  });
});

describe('the gate', () => {
  it('sets up, measures, and says what became of it', { timeout: 600_000 }, async () => {
    project.write('package.json', '{ "type": "module" }');
    project.write('mine.js', adapterOfTheirs(5));
    await step('Install Touchstone');
    const own = {
      PATH: `${written('path').join(':')}:${process.env.PATH}`,
      ADAPTER: './mine.js',
      TARGETS: 'mine/js',
    };
    const setUp = await step('Install what the targets need', own);
    expect(setUp.exitCode, String(setUp.stderr)).toBe(0);
    const gate = {
      ...own,
      AGAINST: 'convnetjs/js',
      WORKLOAD: 'lenet5',
      MODE: 'inference',
      BATCH: '1',
      TIME: '30s',
    };
    const result = await step('Gate', gate);
    const output = Object.fromEntries(written('output').map((line) => line.split('=')));
    const { exit } = JSON.parse(readFileSync(project.path(output.json), 'utf8'));
    // On a busy machine the rounds may be too few for a verdict.
    expect([1, 3]).toContain(exit);
    expect(output.verdict).toBe(exit === 1 ? 'regression' : 'inconclusive');
    expect(result.exitCode, String(result.stderr)).toBe(exit === 1 ? 1 : 0);
    expect(result.stdout).toMatch(
      exit === 1 ? /::error title=.*Regression/ : /::warning title=.*Inconclusive/,
    );
    expect(existsSync(project.path(output.report))).toBe(true);
    expect(written('summary').join('\n')).toContain('mine/js');
  });

  it('fails with advice where an input is wrong', { timeout: 120_000 }, async () => {
    await step('Install Touchstone');
    const env = { PATH: `${written('path').join(':')}:${process.env.PATH}`, TARGETS: 'convnetjs/js' };
    const result = await step('Gate', { ...env, AGAINST: 'no-such-thing' });
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toContain('::error title=Touchstone::An input of the action');
    expect(written('output')).toContain('verdict=usage');
  });
});
