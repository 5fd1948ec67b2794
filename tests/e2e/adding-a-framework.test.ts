/** `docs/adding-a-framework.md`, followed literally: its files typed into a checkout, and into a folder outside it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFolder, projectRoot, stateFolder } from '../../common/paths.js';
import { sources } from './sources.js';

/** A path on a line of its own, and the block below it. */
const file = /^`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm;
const page = readFileSync(join(projectRoot, 'docs/adding-a-framework.md'), 'utf8');
const files = new Map([...page.matchAll(file)].map(([, path = '', text = '']) => [path, text]));

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'touchstone-checkout-'));
  const others = ['package.json', 'start.mjs', 'tsconfig.json', 'python-bridge', 'docs'];
  for (const name of [...sources, ...others]) {
    cpSync(join(projectRoot, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(checkout, 'node_modules'));
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

const node = (root: string, ...parameters: string[]) =>
  execa(process.execPath, parameters, { cwd: root, env: { NO_COLOR: '1' }, reject: false });

describe('what the page says', () => {
  it('has all the files that it speaks of', () => {
    expect([...files.keys()]).toEqual([
      'adapters/example/index.ts',
      'adapters/numpy/index.ts',
      'python-bridge/touchstone_bridge/frameworks/numpy_example.py',
      'python-bridge/environments/numpy.json',
      'python-bridge/environments/numpy.txt',
      'adapters/evaluator/index.ts',
      'python-bridge/touchstone_bridge/frameworks/evaluator.py',
      'adapters/packed/index.ts',
      'python-bridge/touchstone_bridge/frameworks/packed_converter.py',
      'python-bridge/touchstone_bridge/frameworks/packed.py',
    ]);
  });

  it('works in a checkout: found, and conforming', async () => {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(checkout, path)), { recursive: true });
      writeFileSync(join(checkout, path), text);
    }
    const compiled = await node(checkout, 'node_modules/typescript/bin/tsc');
    expect(compiled.stdout).toBe('');
    const listed = await node(checkout, 'build/bench.js', 'list', '--json');
    const names = JSON.parse(listed.stdout).targets.map((target: { name: string }) => target.name);
    expect(names).toEqual(expect.arrayContaining(['example/js', 'numpy/cpu', 'evaluator/cpu', 'packed/cpu']));
    const checked = await conformance(checkout, '--targets', 'example/js,numpy/cpu,evaluator/cpu,packed/cpu');
    expect(checked.stderr).toMatch(/example\/js: [1-9]\d* of \d+ agree/);
    expect(checked.stderr).toMatch(/numpy\/cpu: [1-9]\d* of \d+ agree/);
    expect(checked.stderr).toMatch(/evaluator\/cpu: [1-9]\d* of \d+ agree/);
    expect(checked.stderr).toMatch(/packed\/cpu: [1-9]\d* of \d+ agree/);
    expect(checked.exitCode).toBe(0);
  });

  it('works outside the tree with --adapter', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'touchstone-outside-'));
    writeFileSync(
      join(outside, 'example.js'),
      outsideTree(join(checkout, 'build/adapters/example/index.js')),
    );
    const python = join(outside, 'numpy_example.py');
    cpSync(join(checkout, 'python-bridge/touchstone_bridge/frameworks/numpy_example.py'), python);
    for (const extension of ['json', 'txt']) {
      cpSync(
        join(checkout, `python-bridge/environments/numpy.${extension}`),
        join(outside, `np.${extension}`),
      );
    }
    const descriptor = outsideTree(join(checkout, 'build/adapters/numpy/index.js'))
      .replace("environmentName: 'numpy'", `environmentName: '${join(outside, 'np')}'`)
      .replace("module: 'numpy_example'", `module: '${python}'`);
    writeFileSync(join(outside, 'numpy.js'), descriptor);
    const adapters = ['--adapter', join(outside, 'example.js'), '--adapter', join(outside, 'numpy.js')];
    const checked = await conformance(projectRoot, ...adapters, '--targets', 'example/js,numpy/cpu');
    expect(checked.stderr).toMatch(/example\/js: [1-9]\d* of \d+ agree/);
    expect(checked.stderr).toMatch(/numpy\/cpu: [1-9]\d* of \d+ agree/);
    const planned = await node(
      projectRoot,
      'build/bench.js',
      ...adapters,
      '--targets',
      'example/*',
      '--dry-run',
    );
    expect(planned.stdout).toContain('example/js');
    rmSync(join(stateFolder, 'environments/np'), { recursive: true, force: true });
    rmSync(outside, { recursive: true });
  });

  it('a file that is no adapter is refused in one line', async () => {
    const path = join(checkout, 'none.js');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'export default 1;');
    const refused = await node(projectRoot, 'build/bench.js', '--adapter', path, '--dry-run');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^error: .*none\.js does not default-export a Framework/);
    const missing = await node(projectRoot, 'build/bench.js', '--adapter', './nowhere.js', '--dry-run');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('nowhere.js');
  });
});

function conformance(root: string, ...parameters: string[]) {
  return node(root, 'build/scripts/conformance.js', ...parameters, '--cases', 'products*');
}

/** The compiled file as it reads outside the tree: what it imports of Touchstone comes from the build folder. */
function outsideTree(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/from '\.\.\//g, `from '${join(buildFolder, 'adapters')}/`);
}
