/** `docs/adding-an-operation.md`, followed literally: its changes to a copy of the project, and no others, add an operation. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverFrameworks } from '../../adapters/discover.js';
import { projectRoot, stateFolder } from '../../common/paths.js';
import { expectedTargets } from '../targets.js';
import { sources } from './sources.js';

const page = readFileSync(join(projectRoot, 'docs/adding-an-operation.md'), 'utf8');
/** A path on a line of its own, and the change below it. */
const changes = [...page.matchAll(/^`([\w./-]+)`:\n\n```diff\n([\s\S]*?)^```$/gm)];
const verify = 'build/tests/e2e/operations/verify-added.js';
/** Those that start within seconds. */
const verified = ['pytorch/cpu', 'tfjs/js', 'kerasjs/js', 'convnetjs/js'];

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'touchstone-operation-'));
  for (const name of [...sources, 'package.json', 'start.mjs', 'tsconfig.json', 'python-bridge'])
    cpSync(join(projectRoot, name), join(checkout, name), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(checkout, 'node_modules'));
  for (const [, path = '', change = ''] of changes) apply(path, change);
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function apply(path: string, change: string): void {
  const lines = change.trimEnd().split('\n');
  const text = (signs: string) =>
    lines.flatMap((line) => (signs.includes(line.charAt(0)) ? [line.slice(1)] : [])).join('\n');
  const before = readFileSync(join(checkout, path), 'utf8');
  expect(before.split(text(' -')), path).toHaveLength(2);
  writeFileSync(
    join(checkout, path),
    before.replace(text(' -'), () => text(' +')),
  );
}

const node = (...parameters: string[]) =>
  execa(process.execPath, parameters, {
    cwd: checkout,
    env: { NO_COLOR: '1', TOUCHSTONE_HOME: stateFolder },
    reject: false,
  });

interface Added {
  readonly forms: Readonly<Record<string, string>>;
  readonly outcomes: Readonly<Record<string, { readonly state: string }>>;
}

describe('the example of the page', () => {
  it('changes the vocabulary, a decomposition, and one backend', () => {
    expect(changes.map(([, path]) => path)).toEqual([
      'adapters/lowering/operations/operation.ts',
      'adapters/lowering/decompositions/elementwise.ts',
      'adapters/pytorch/capabilities.ts',
      'python-bridge/touchstone_bridge/frameworks/pytorch/operations/elementwise.py',
    ]);
  });

  it('compiles, is lowered for every target, and is computed right', async () => {
    const compiled = await node('node_modules/typescript/bin/tsc');
    expect(compiled.stdout).toBe('');
    const run = await node(verify, verified.join(','));
    expect(run.exitCode, run.stderr).toBe(0);
    const { forms, outcomes } = JSON.parse(run.stdout) as Added;
    const reading = (await discoverFrameworks())
      .flatMap(({ targets }) => targets)
      .flatMap(({ name, readsFiles }) => (readsFiles ? [name] : []));
    const lowering = expectedTargets.map(({ name }) => name).filter((name) => !reading.includes(name));
    expect(reading).toContain('onnxruntime/cpu');
    expect(Object.keys(forms).sort()).toEqual(lowering.sort());
    for (const [name, form] of Object.entries(forms))
      expect(form, name).toMatch(name.startsWith('pytorch/') ? /\bReTanh\b/ : /\bTanh\b.*\bRelu\b/i);
    const right = { state: 'ok', error: expect.any(Number) };
    expect(outcomes).toEqual(Object.fromEntries(verified.map((name) => [name, right])));
  });
});
