/** Touchstone from its packed file, in a folder that is no clone. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { adapterOfTheirs, addDeclarations, install, type Project, pack, packageName } from './installed.js';

const short = '--workload lenet5 --mode inference --batch 1 --rounds 3 --time 5s';
let project: Project;
beforeAll(async () => {
  project = await install(await pack());
}, 120_000);
afterAll(() => rmSync(project.root, { recursive: true, force: true }));

const resultsIn = (folder: string) => {
  const [run = ''] = readdirSync(join(folder, 'runs'));
  return JSON.parse(readFileSync(join(folder, 'runs', run, 'results.json'), 'utf8'));
};

describe('the packed file', () => {
  it('holds what runs, and neither tests nor the sources', () => {
    const held = (path: string) => existsSync(join(project.folder, path));
    for (const path of ['build/bench.js', 'suites/references/conformance.safetensors', 'docs/gate.md']) {
      expect(held(path), path).toBe(true);
    }
    for (const path of ['bench.ts', 'build/tests', 'python-bridge/tests', 'build/.touchstone-stamp']) {
      expect(held(path), path).toBe(false);
    }
    const isCache = (path: string) => path.includes('__pycache__');
    expect(readdirSync(project.folder, { recursive: true }).map(String).filter(isCache)).toEqual([]);
  });

  it('gives declarations to an adapter in TypeScript', { timeout: 120_000 }, async () => {
    await addDeclarations(project);
    project.write(
      'typed.ts',
      `import { type Framework, supported } from '${packageName}/adapters/adapter.js';
       export const modes: Framework['targets'][number]['modes'] = { inference: supported, training: 1 };`,
    );
    const compiler = join(projectRoot, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const checked = await execa(process.execPath, [compiler, ...flags, 'typed.ts'], {
      cwd: project.root,
      reject: false,
    });
    // One error, in what is wrong here: everything else was found and has types.
    expect(checked.stdout.match(/error TS/g)).toHaveLength(1);
    expect(checked.stdout).toMatch(/^typed\.ts\(2,\d+\): error TS2322: Type 'number'/);
  });
});

describe('in an empty folder', () => {
  it('says how it is used', async () => {
    const { stdout, exitCode } = await project.shell('npx --no-install touchstone --help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: npx touchstone /);
  });

  it('measures, with its state in that folder', { timeout: 120_000 }, async () => {
    const line = `npx --no-install touchstone --targets convnetjs/js ${short}`;
    const { stdout, stderr, exitCode } = await project.shell(line);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(`report: ${project.path('.touchstone/runs')}`);
    const [cell] = resultsIn(project.path('.touchstone')).cells;
    expect(cell).toMatchObject({ state: 'ok', target: 'convnetjs/js' });
    expect(readFileSync(project.path('.touchstone/.gitignore'), 'utf8')).toBe('*\n');
    const above = readdirSync(project.folder);
    expect(above).not.toContain('.touchstone');
    expect(above).not.toContain('node_modules');
  });

  it('is of no commit, whatever repository it is installed in', { timeout: 120_000 }, async () => {
    await project.shell('git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one');
    const line = `npx --no-install touchstone --targets convnetjs/js ${short} --home ./elsewhere`;
    const { stderr, exitCode } = await project.shell(line);
    expect(exitCode, stderr).toBe(0);
    expect(resultsIn(project.path('elsewhere')).touchstone.commit).toBeNull();
  });
});

describe('in the repository of another project', () => {
  it('measures its adapter beside ours', { timeout: 120_000 }, async () => {
    project.write('mine.js', adapterOfTheirs);
    project.write('package.json', '{ "type": "module" }');
    const line = `npx --no-install touchstone --adapter ./mine.js --targets mine/js,convnetjs/js ${short} --home ./beside`;
    const { stderr, exitCode } = await project.shell(line);
    expect(exitCode, stderr).toBe(0);
    const { cells } = resultsIn(project.path('beside'));
    expect(cells.map(({ target, state }: { target: string; state: string }) => [target, state])).toEqual([
      ['convnetjs/js', 'ok'],
      ['mine/js', 'ok'],
    ]);
  });

  it('checks its adapter on small models', { timeout: 120_000 }, async () => {
    const line =
      "npx --no-install touchstone conformance --adapter ./mine.js --targets mine/js --cases 'products*'";
    const { stderr, exitCode } = await project.shell(line);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/mine\/js: [1-9]\d* of \d+ agree/);
  });
});
