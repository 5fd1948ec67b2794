import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { PreparedTarget } from '../../../runners/coordinator/locate.js';
import { verdictDependencies } from '../../../runners/coordinator/verdict-dependencies.js';
import type { Dependencies } from '../../../runners/parity/verdicts.js';
import { makeWorld } from '../schedule/scripted.js';

const files = {
  'build/adapters/mine/index.js': 'export default 1',
  'build/runners/worker/state-machine.js': 'states',
  'python-bridge/touchstone_bridge/worker.py': 'import numpy',
  'package-lock.json': '{}',
  '.touchstone/environments/mine/touchstone.json': '{"lock":"a"}',
};

/** A checkout with these files, in a new folder. */
function checkout(changes: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-checkout-'));
  for (const [path, text] of Object.entries({ ...files, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

interface Difference {
  readonly root?: string;
  readonly version?: string;
  readonly framework?: string;
  readonly threads?: number;
  readonly cpu?: string;
}

function dependenciesOf({
  root = checkout(),
  version = '1.0',
  framework = 'mine',
  threads = 1,
  cpu,
}: Difference) {
  const { manifest } = makeWorld({
    targets: [{ name: 'mine/cpu', iterationMs: 1, startMs: 1 }],
    threads: [threads],
  });
  const [cell] = manifest.cells;
  if (!cell) throw new Error('no cell is planned');
  const entry = {
    framework: { name: framework },
    target: { name: 'mine/cpu' },
    host: { describe: () => ({ versions: { mine: version }, folders: [], environment: '/else/mine' }) },
    checkout: { root },
  } as unknown as PreparedTarget;
  const machine = cpu === undefined ? manifest.machine : { ...manifest.machine, cpu };
  return verdictDependencies({ ...manifest, machine }, cell, entry);
}

const changed = (one: Dependencies | undefined, other: Dependencies | undefined) =>
  Object.keys({ ...one, ...other }).filter((name) => one?.[name] !== other?.[name]);

afterEach(() => vi.unstubAllEnvs());

it('is the same for the same content in another folder', () => {
  expect(dependenciesOf({})).toBeDefined();
  expect(dependenciesOf({})).toEqual(dependenciesOf({}));
});

it.each([
  ['the adapter', { root: checkout({ 'build/adapters/mine/index.js': 'export default 2' }) }, 'code'],
  ['the worker', { root: checkout({ 'build/runners/worker/state-machine.js': 'other' }) }, 'code'],
  ['the bridge', { root: checkout({ 'python-bridge/touchstone_bridge/worker.py': 'import os' }) }, 'code'],
  ['npm packages', { root: checkout({ 'package-lock.json': '{"a":1}' }) }, 'installation'],
  [
    'the Python environment',
    { root: checkout({ '.touchstone/environments/mine/touchstone.json': '{"lock":"b"}' }) },
    'installation',
  ],
  ['the version of the framework', { version: '1.1' }, 'installation'],
  ['the thread count', { threads: 2 }, 'threads'],
  ['the processor', { cpu: 'another' }, 'cpu'],
])('differs with %s', (_, difference, name) => {
  expect(changed(dependenciesOf({}), dependenciesOf(difference))).toEqual([name]);
});

it('differs with a variable that a kernel library reads, and with no other', () => {
  const before = dependenciesOf({});
  vi.stubEnv('SHELL_LEVEL_OF_TEST', '7');
  expect(changed(before, dependenciesOf({}))).toEqual([]);
  vi.stubEnv('ONEDNN_MAX_CPU_ISA', 'AVX2');
  expect(changed(before, dependenciesOf({}))).toEqual(['settings']);
});

it('is unknown for an adapter outside the tree', () => {
  expect(dependenciesOf({ framework: 'theirs' })).toBeUndefined();
});
