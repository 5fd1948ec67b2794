/** Which targets a run measures: the default set holds only those that say of themselves that they are in it. */
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import { chooseTargets } from '../../../runners/coordinator/choose-targets.js';
import { expectedNames, otherNames } from '../../targets.js';

afterEach(() => vi.unstubAllEnvs());

async function namesOf(...parameters: Parameters<typeof chooseTargets>): Promise<string[]> {
  return (await chooseTargets(...parameters)).chosen.map(({ target }) => target.name).sort();
}

it('without names is the default set, which has a name and can be added to', async () => {
  const all = expectedNames();
  expect(await namesOf(undefined)).toEqual(all);
  expect(await namesOf(['default'])).toEqual(all);
  expect(await namesOf(['default', 'null/node'])).toEqual([...all, 'null/node'].sort());
  expect(await namesOf(undefined, 'all')).toEqual([...all, ...otherNames].sort());
});

it('has a set of inference engines, none of which a first run installs', async () => {
  const runtimes = await namesOf(['runtimes']);
  expect(runtimes).toEqual(expect.arrayContaining(['onnxruntime/python']));
  expect(runtimes.filter((name) => expectedNames().includes(name))).toEqual([]);
});

it('measures the overhead of the place that a target runs in, and of no other', async () => {
  const nullsOf = async (name: string) =>
    (await chooseTargets([name])).nulls.map(({ target }) => target.name);
  expect(await nullsOf('tfjs/js')).toEqual(['null/node']);
  expect(await nullsOf('tfjs/js@browser')).toEqual(['null/browser']);
  expect(await nullsOf('tfjs/js@firefox')).toEqual(['null/firefox']);
});

it('leaves out a newcomer that does not say it is in, unless it is named or given on the command line', async () => {
  vi.stubEnv('TOUCHSTONE_ADAPTER', join(projectRoot, 'tests/e2e/adapters/scripted.ts'));
  expect((await namesOf(['default'])).filter((name) => name.startsWith('scripted/'))).toEqual([]);
  expect((await namesOf(['default', 'scripted/*'])).length).toBeGreaterThan(expectedNames().length);
  expect((await namesOf(undefined)).filter((name) => name.startsWith('scripted/'))).not.toEqual([]);
});
