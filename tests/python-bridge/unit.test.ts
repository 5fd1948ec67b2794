/**
 * Runs the Python unit tests of the bridge. A test file names where it runs: `test_<framework>_*.py` in the environments of that
 * framework's Python targets, `test_<environment>_*.py` in that environment, every other file in the smallest one, which has
 * only NumPy and safetensors.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPythonTarget, type PythonTarget } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { at } from '../../common/at.js';
import { projectRoot } from '../../common/paths.js';
import { environmentNames } from '../../runners/provision/definition.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { writeFixtures } from './framework-fixtures.js';

const smallest = 'null';
const bridge = join(projectRoot, 'python-bridge');
const targets = (await discoverFrameworks()).flatMap(({ targets: own }) =>
  own.filter(isPythonTarget).filter(({ isNull }) => !isNull),
);
const frameworks = [...new Set(targets.map(({ name }) => frameworkOf(name)))];
const files = readdirSync(join(bridge, 'tests')).filter((name) => /^test_\w+\.py$/.test(name));
const runs = files.flatMap(runsOf);
const places = [...new Set(runs.map(({ place }) => place))];

interface Run {
  readonly file: string;
  readonly environment: string;
  readonly target?: PythonTarget;
  /** Name of the target, or of the environment. */
  readonly place: string;
}

function frameworkOf(target: string): string {
  return target.slice(0, target.indexOf('/'));
}

function runsOf(file: string): Run[] {
  const framework = frameworks.find((name) => file.startsWith(`test_${name}_`));
  if (framework !== undefined) {
    const own = targets.filter(({ name }) => frameworkOf(name) === framework);
    // Targets that share an environment share these tests.
    const first = own.filter(
      ({ environmentName }, index) =>
        own.findIndex((other) => other.environmentName === environmentName) === index,
    );
    return first.map((target) => ({ file, environment: target.environmentName, target, place: target.name }));
  }
  const prefixOf = (environment: string) => `test_${environment.replaceAll('-', '_')}_`;
  // The longest name that fits: `reference-training` before `reference`.
  const environments = environmentNames().filter((name) => file.startsWith(prefixOf(name)));
  const environment = environments.sort((a, b) => b.length - a.length)[0] ?? smallest;
  return [{ file, environment, place: environment }];
}

let fixtures = '';
beforeAll(async () => {
  fixtures = mkdtempSync(join(tmpdir(), 'touchstone-fixtures-'));
  await writeFixtures(fixtures, targets);
}, 300_000);
afterAll(() => rmSync(fixtures, { recursive: true, force: true }));

it('has unit tests of every Python framework', () => {
  expect([...new Set(places.filter((place) => place.includes('/')).map(frameworkOf))].sort()).toEqual(
    [...frameworks].sort(),
  );
});

describe.each(places)('%s', (place) => {
  it('passes its unit tests', { timeout: 900_000 }, async () => {
    const own = runs.filter((run) => run.place === place);
    const { environment, target } = at(own, 0);
    const { python } = await ensureEnvironment(environment);
    const modules = own.map(({ file }) => `tests.${file.replace(/\.py$/, '')}`);
    const { exitCode, all } = await execa(python, ['-m', 'unittest', ...modules], {
      cwd: bridge,
      env: {
        ...target?.environment({ threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } }, '/cache'),
        TOUCHSTONE_TEST_TARGET: place,
        TOUCHSTONE_TEST_FIXTURES: fixtures,
      },
      all: true,
      reject: false,
      stdin: 'ignore',
    });
    expect(exitCode, all).toBe(0);
    // A module that cannot be imported skips itself, which would hide all of its tests.
    expect(all).not.toMatch(/skipped=/);
    expect(Number(/Ran (\d+) tests/.exec(all)?.[1])).toBeGreaterThanOrEqual(own.length);
  });
});
