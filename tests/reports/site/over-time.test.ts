/** A change of level on the site's pages over time: that of the history, which looks for it. */
import { expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { contentsOf } from '../../../reports/site/contents.js';
import { overTimePages, timedCells } from '../../../reports/site/pages/over-time.js';
import { cell, nthRun, steppedRuns } from '../history/runs.js';

const contents = (runs: readonly RunResults[]) =>
  contentsOf(runs.map((results) => ({ folder: '', results, retraction: undefined })));

/** One cell of each run is enough. */
const narrow = (runs: readonly RunResults[]) =>
  runs.map((run) => ({ ...run, cells: run.cells.filter(({ id }) => id === cell) }));

async function pagesOf(runs: readonly RunResults[]) {
  const found = contents(narrow(runs));
  return overTimePages(found, timedCells(found.runs));
}

it('is listed first, and marked in the drawing of its cell', async () => {
  const [index, workload] = await pagesOf(steppedRuns(20, 10));
  expect(index?.sections[0]?.paragraphs?.[0]).toMatchObject({ isCaution: true });
  expect(index?.sections[0]?.paragraphs?.[0]?.text).toMatch(
    /^lenet5:inference:b64:float32:cpu:pytorch\/cpu, confirmed: Slower: 1\.1\d× .*c000009 and c000010/,
  );
  expect(workload?.path).toBe('over-time/lenet5');
  const figure = workload?.sections.flatMap(({ figures = [] }) => figures)[0];
  expect(figure?.title).toBe('pytorch/cpu');
  expect(figure?.svg).toMatch(/▲ 1\.1\d×/);
  expect(figure?.folds?.map(({ summary }) => summary.endsWith(', 1 change'))).toEqual([true]);
});

it('is not looked for across machines', async () => {
  const slower = steppedRuns(10, 0, { cores: 16 }).map((run) => ({ ...run, id: `${run.id}-16` }));
  const [index, workload] = await pagesOf([...steppedRuns(10, 10), ...slower]);
  expect(index?.sections[0]?.paragraphs).toEqual([{ text: 'None was found.' }]);
  const figure = workload?.sections.flatMap(({ figures = [] }) => figures)[0];
  expect(figure?.folds).toHaveLength(2);
});

it('of one run there is nothing over time', async () => {
  const pages = await pagesOf([nthRun(0)]);
  expect(pages).toHaveLength(1);
  expect(pages[0]?.sections[1]?.paragraphs?.[0]?.text).toContain('No cell has results in two runs');
});
