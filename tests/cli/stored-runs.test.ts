/** Commands on stored runs: `report` and `compare`. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareCommand } from '../../cli/compare.js';
import { reportCommand } from '../../cli/report.js';
import { projectRoot } from '../../common/paths.js';
import { printed, refusal } from './output.js';

const finished = join(projectRoot, 'tests/fixtures/runs/version-1/finished');

it('compares a run with itself, without a difference', async () => {
  const text = await printed(async () => expect(await compareCommand(finished, finished)).toBe(0));
  const ratios = [...text.matchAll(/(\S+)×/g)].map(([, ratio]) => ratio);
  expect(ratios.length).toBeGreaterThan(5);
  expect(new Set(ratios)).toEqual(new Set(['1.0']));
});

it.each([
  ['compare', () => compareCommand(finished, 'no-such-run')],
  ['report', () => reportCommand('no-such-run')],
])('%s names a run that does not exist', async (_, work) => {
  expect(await refusal(work)).toContain('no-such-run');
});
