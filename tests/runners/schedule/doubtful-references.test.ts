/** A reference that stands alone is in doubt. */
import { expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { executeRun } from '../../../runners/schedule/run.js';
import { makeWorld, type ScriptedTarget } from './scripted.js';

const target = (name: string, offset: number, ...packages: string[]): ScriptedTarget => ({
  name,
  iterationMs: 1,
  startMs: 10,
  offset,
  versions: Object.fromEntries(packages.map((each) => [each, '1'])),
});

async function reasonsOf(...targets: ScriptedTarget[]): Promise<Record<string, string>> {
  const { context, manifest, events } = makeWorld({ targets, rounds: 1 });
  await executeRun(context);
  const { cells } = analyse(manifest, events);
  return Object.fromEntries(cells.map(({ target: name, state, reason }) => [name, `${state}: ${reason}`]));
}

it('independent frameworks agree with each other and not with it', async () => {
  const reasons = await reasonsOf(target('one/cpu', 1, 'one', 'numpy'), target('two/cpu', 1, 'two', 'numpy'));
  expect(reasons['one/cpu']).toMatch(
    /^wrong: reference in doubt, since two\/cpu computes the same to 0\.0e\+0: output .* differs from the reference/,
  );
  expect(reasons['two/cpu']).toMatch(/^wrong: reference in doubt, since one\/cpu computes the same/);
});

it('is not in doubt where they disagree too, or where one is built on the other', async () => {
  const apart = await reasonsOf(target('one/cpu', 1, 'one'), target('two/cpu', 2, 'two'));
  expect(apart['one/cpu']).toMatch(/^wrong: output/);
  const same = await reasonsOf(target('jax/cpu', 1, 'jax'), target('keras/jax', 1, 'keras', 'jax'));
  expect(same['jax/cpu']).toMatch(/^wrong: output/);
});

it('is not in doubt where one alone is wrong', async () => {
  const reasons = await reasonsOf(target('one/cpu', 1, 'one'), target('two/cpu', 0, 'two'));
  expect(reasons['one/cpu']).toMatch(/^wrong: output/);
  expect(reasons['two/cpu']).toBe('ok: ');
});
