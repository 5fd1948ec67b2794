import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { historyCommand } from '../../cli/history.js';
import { recordRun } from '../../reports/history/record.js';
import { cell, nthRun, steppedRuns, temporaryStore } from '../reports/history/runs.js';

afterEach(() => vi.restoreAllMocks());

async function printed(...call: Parameters<typeof historyCommand>): Promise<string> {
  const parts: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => parts.push(String(text)) > 0);
  expect(await historyCommand(...call)).toBe(0);
  vi.restoreAllMocks();
  return parts.join('');
}

function storeOf(runs: ReturnType<typeof steppedRuns>): string {
  const file = temporaryStore();
  for (const run of runs) recordRun(run, file);
  return file;
}

it('lists runs and cells, then one cell with its change between two commits', async () => {
  const file = storeOf(steppedRuns(20, 10));
  expect(await printed({}, file)).toContain(cell);
  const one = await printed({ cell }, file);
  expect(one).toContain('c000009');
  expect(one).toContain('c000010');
  const { cells } = JSON.parse(await printed({ cell, json: true }, file)) as { cells: { cell: string }[] };
  expect(cells.map((one) => one.cell)).toEqual([cell]);
});

it('takes several names and globs of targets, each cell once', async () => {
  const file = storeOf(steppedRuns(3, 3));
  const target = cell.split(':').at(-1)!;
  const listed = await printed({ targets: [target, `${target.slice(0, 3)}*`], json: true }, file);
  const { cells } = JSON.parse(listed) as { cells: { cell: string }[] };
  const ids = cells.map((one) => one.cell);
  expect(ids).toContain(cell);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !id.endsWith(target))).toEqual([]);
  await expect(historyCommand({ targets: [target, 'nowhere/*'] }, file)).rejects.toMatchObject({
    message: expect.stringContaining('no target in the history matches nowhere/*'),
  });
});

it('runs of another machine or thread count are a line of their own', async () => {
  const file = storeOf([...steppedRuns(6, 6), nthRun(7, { cores: 64 }), nthRun(8, { threads: 2 })]);
  const { cells } = JSON.parse(await printed({ cell, json: true }, file)) as {
    cells: { series: unknown[] }[];
  };
  expect(cells[0]?.series).toHaveLength(3);
});

it('draws a page that needs nothing else', async () => {
  const file = storeOf(steppedRuns(12, 6));
  const html = join(mkdtempSync(join(tmpdir(), 'touchstone-history-')), 'history.html');
  await printed({ cell, html }, file);
  const page = readFileSync(html, 'utf8');
  expect(page).toContain('<svg');
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="http/);
});

it('marks each change with its series, its size and its own place', async () => {
  const other = steppedRuns(20, 14, { threads: 2 }).map((run) => ({ ...run, id: `${run.id}-2` }));
  const file = storeOf([...steppedRuns(20, 10), ...other]);
  const html = join(mkdtempSync(join(tmpdir(), 'touchstone-history-')), 'history.html');
  await printed({ cell, html }, file);
  const drawing = /<svg[\s\S]*?<\/svg>/.exec(readFileSync(html, 'utf8'))?.[0] ?? '';
  const marks = [...drawing.matchAll(/<text[^>]*translate\(([^)]*)\)[^>]*>([AB] ▲ 1\.1\d×)/g)];
  expect(marks.map(([, , text]) => text?.[0])).toEqual(['A', 'B']);
  const heights = marks.map(([, place = '']) => place.split(',')[1]);
  expect(new Set(heights).size).toBe(2);
});

it('says in one line what there is not', async () => {
  const file = storeOf([nthRun(0)]);
  await expect(historyCommand({ cell: 'lenet6:*' }, file)).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('did you mean'),
  });
  await expect(historyCommand({}, temporaryStore())).rejects.toMatchObject({ code: 'usage' });
  // Without a store, whatever the runs of this checkout have left.
  vi.stubEnv('TOUCHSTONE_HISTORY', '');
  await expect(historyCommand({}, undefined)).rejects.toMatchObject({ code: 'usage' });
  vi.unstubAllEnvs();
});
