/** Touchstone from its packed file, in a folder that is no clone. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { gateReport } from '../../reports/regression/report.js';
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
    const needed = ['suites/references/conformance.safetensors', 'runners/process/end-together.sh'];
    for (const path of ['build/bench.js', 'docs/gate.md', ...needed]) {
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
    project.write('mine.js', adapterOfTheirs());
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

describe('the gate in the repository of another project', () => {
  const commit = "git add -A && git -c user.name=a -c user.email=a@b commit -q -m 'adapter'";
  const gate = `npx --no-install touchstone gate --against HEAD --workload lenet5 --mode inference --batch 1`;

  beforeAll(async () => {
    project.write('.gitignore', 'node_modules\n');
    project.write('mine.js', adapterOfTheirs());
    project.write('package.json', '{ "type": "module" }');
    await project.shell(`git init -q; rm -rf elsewhere beside; ${commit}`);
  });

  it('finds that its adapter became slower than at another commit', { timeout: 600_000 }, async () => {
    project.write('mine.js', adapterOfTheirs(5));
    const line = `${gate} --adapter ./mine.js --targets mine/js --time 30s --json gate.json`;
    const { exitCode, stdout, stderr } = await project.shell(line);
    // On a busy machine the rounds may be too few for a verdict, not for an estimate.
    expect([1, 3], `${stdout}\n${stderr}`).toContain(exitCode);
    const report = gateReport.parse(JSON.parse(readFileSync(project.path('gate.json'), 'utf8')));
    const speed = report.findings.find(({ metric }) => metric === 'speed');
    expect(speed).toMatchObject({ cell: expect.stringMatching(/mine\/js$/) });
    expect(speed?.ratio?.value).toBeGreaterThan(2);
    expect(report.candidate.name).toMatch(/^[0-9a-f]{12}-dirty$/);
  });

  it('says what a commit of that repository can be compared with', { timeout: 120_000 }, async () => {
    const { exitCode, stderr } = await project.shell(`${gate} --targets convnetjs/js`);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: convnetjs\/js is the same in every commit of .*--adapter/m);
    const built = `${gate} --adapter ./built.js --targets mine/js`;
    project.write('built.js', adapterOfTheirs());
    const missing = await project.shell(built);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toMatch(/commit [0-9a-f]{12} has no adapter built\.js .*--prepare/);
    const prepared = await project.shell(`${built} --prepare 'cp mine.js built.js; exit 3'`);
    expect(prepared.stderr).toMatch(/`cp mine\.js built\.js; exit 3` failed for commit/);
  });
});
