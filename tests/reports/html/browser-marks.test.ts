/** Marks in drawings against the results, and pages of next to nothing, in a real browser. Without one they are skipped and say so. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { RunEvent, RunManifest } from '../../../common/run/run-folder.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { isOk } from '../../../reports/analyse/groups.js';
import { renderReport } from '../../../reports/html/index.js';
import { fixtureRun } from '../fixtures.js';
import { bringAlive, hasBrowser, shown, title, visitedReport, widths } from './visitor.js';

const { manifest, events } = fixtureRun();

/** Of these cells alone. */
function only(cells: RunManifest['cells']): RunManifest {
  const targets = new Set(cells.map(({ target }) => target));
  return { ...manifest, cells, targets: manifest.targets.filter(({ target }) => targets.has(target)) };
}

const okCell = analyse(manifest, events).cells.find(isOk)!;
const single = manifest.cells.filter(({ id }) => id === okCell.id);
const failures = manifest.cells
  .filter(({ decided }) => decided === null)
  .map(({ id }): RunEvent => ({ atMs: 1, type: 'failed', cell: id, state: 'failed', reason: 'it crashed' }));

describe.skipIf(!hasBrowser)(title, () => {
  const { results, visit, visitor } = visitedReport();

  it('draws a bar for each target and a point for each of its processes', async () => {
    const [group] = results.groups;
    const ok = results.cells.filter(
      (cell) =>
        isOk(cell) &&
        cell.workload === group!.workload &&
        cell.mode === group!.mode &&
        cell.batch === group!.batch,
    );
    const rounds = ok.map(({ samples }) => new Set(samples.map(({ round }) => round)).size);
    await visit({}, '', async (page) => {
      await bringAlive(page);
      const marks = (section: string, kind: string) =>
        page.locator(`${section} .chart.alive svg .mark-${kind}.role-mark > path`).count();
      expect(await marks('#ratios', 'rect')).toBe(ok.length);
      expect(await marks('#ratios', 'symbol')).toBe(ok.length);
      expect(await marks('#distributions', 'symbol')).toBe(rounds.reduce((sum, count) => sum + count, 0));
    });
  });

  it.each<[string, RunManifest, readonly RunEvent[], number]>([
    ['no cell', only([]), [], 0],
    ['one cell', only(single), events, 1],
    ['nothing but failures', manifest, failures, 0],
  ])('of %s the page is whole, on a phone and on a desk', async (name, planned, happened, rows) => {
    const path = await visitor().write(
      `${name.replaceAll(' ', '-')}.html`,
      await renderReport(analyse(planned, happened)),
    );
    const use = async (page: Page) => {
      expect(await shown(page, 'h1')).toBe(1);
      expect(await page.locator('#heat tbody tr:not(.script-row) th').count()).toBe(rows);
      if (happened === failures) expect(await page.locator('body').textContent()).toContain('it crashed');
      const [content, view] = await page.evaluate<[number, number]>(widths);
      expect(content).toBe(view);
    };
    for (const width of [390, 1600]) await visit({ viewport: { width, height: 900 } }, '', use, path);
  });
});
