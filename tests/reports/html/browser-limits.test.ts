/** The page where not everything runs, on paper, and as files. Without a browser these tests are skipped and say so. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { historyCommand } from '../../../cli/history.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { recordRun } from '../../../reports/history/record.js';
import { renderReport } from '../../../reports/html/index.js';
import { threadSweep } from '../sweeps.js';
import { bringAlive, hasBrowser, names, shown, title, until, visitedReport, widths } from './visitor.js';

describe.skipIf(!hasBrowser)(title, () => {
  const { results, visit, visitor } = visitedReport();

  it('hostile names do nothing', async () => {
    await visit({}, '', async (page) => {
      await bringAlive(page);
      await page.locator('#heat td a').first().click();
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.evaluate('"hacked" in globalThis')).toBe(false);
      expect((await names(page)).some((name) => name.startsWith('</script>'))).toBe(true);
    });
  });

  it('of a sweep, every line is drawn along it, on a phone too', async () => {
    const swept = threadSweep();
    const page = await visitor().write(
      'sweep.html',
      await renderReport(analyse(swept.manifest, swept.events)),
    );
    const use = async (opened: Page) => {
      await bringAlive(opened);
      expect(await shown(opened, '#scaling .chart.alive svg')).toBe(3);
      expect(await opened.locator('#heat thead th[scope=col]').count()).toBe(4);
    };
    for (const width of [390, 1280]) {
      await visit({ viewport: { width, height: 780 } }, '', use, page);
    }
  });

  /** What anybody sees, whatever does not run. */
  async function isReadable(page: Page) {
    expect(await shown(page, '.verdicts li')).toBe(5);
    expect(await names(page)).toHaveLength(7);
    expect(await shown(page, '#ratios .chart svg')).toBe(1);
    expect(await shown(page, '.controls')).toBe(0);
  }

  it('without scripts the first screen, times, ratios and reasons are there, and links lead to them', async () => {
    await visit({ javaScriptEnabled: false }, '', async (page) => {
      await isReadable(page);
      await page.locator('#heat a[href="#lenet5/inference/64/pytorch-cpu"]').click();
      expect(await shown(page, '#numbers table')).toBe(5);
      await page.locator('#heat a[href="#lenet5/training/64/tfjs-wasm"]').click();
      expect(await page.locator('#states table').textContent()).toContain('killed by SIGKILL');
      expect(await shown(page, '#states table')).toBe(1);
    });
  });

  it.each([
    ["default-src 'none'; style-src 'unsafe-inline'", false],
    ["default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:", true],
  ])('under the policy %s', async (policy, runs) => {
    const context = await visitor().browser.newContext();
    try {
      await context.route('**/*', (route) =>
        route.fulfill({
          body: visitor().html,
          contentType: 'text/html',
          headers: { 'content-security-policy': policy },
        }),
      );
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto('http://report.test/');
      if (runs) {
        await bringAlive(page);
        expect(await page.locator('.chart.alive svg').count()).toBe(6);
      } else await isReadable(page);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  });

  it('downloads the data and the round medians', async () => {
    await visit({ acceptDownloads: true }, '', async (page) => {
      const save = async (button: string) => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
        return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
      };
      const json = await save('#download-json');
      expect(json.name).toBe('touchstone-20261123-142501-3fa9.json');
      expect(JSON.parse(json.text).cells.state).toHaveLength(results.cells.length);
      const csv = await save('#download-csv');
      // A head, and ten rounds of each of the 25 cells with a result.
      expect(csv.text.split('\r\n')).toHaveLength(251);
    });
  });

  it('prints on white, without controls, with tables open and every drawing made', async () => {
    await visit({ colorScheme: 'dark' }, '', async (page) => {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
        'rgb(255, 255, 255)',
      );
      expect(await shown(page, '.controls')).toBe(0);
      expect(await shown(page, '#numbers table')).toBe(5);
      expect(await shown(page, '#ratios .chart svg')).toBe(1);
      expect(await shown(page, '#memory .chart svg')).toBe(1);
      expect(await shown(page, '.saving')).toBe(0);
    });
  });

  it('prints a matrix of fifteen comparisons on A4 without a cut', async () => {
    const copies = <Item extends { workload: string }>(items: readonly Item[]) =>
      [0, 1, 2].flatMap((copy) => items.map((item) => ({ ...item, workload: `${item.workload}-${copy}` })));
    const many = { ...results, cells: copies(results.cells), groups: copies(results.groups) };
    const page = await visitor().write('many.html', await renderReport(many));
    // A4 without its margins, at 96 dots per inch.
    const viewport = { width: 718, height: 1000 };
    const use = async (opened: Page) => {
      await opened.emulateMedia({ media: 'print' });
      expect(await opened.locator('#heat tbody tr').first().locator('td').count()).toBe(16);
      const [content, view] = await opened.evaluate<[number, number]>(widths);
      expect(content).toBe(view);
    };
    await visit({ viewport }, '', use, page);
  });

  it('draws the history under the same policy', async () => {
    const store = join(visitor().folder, 'history.sqlite');
    for (const [n, id] of ['first', 'second', 'third'].entries())
      recordRun({ ...results, id, startedAt: `2026-11-2${n + 1}T12:00:00.000Z` }, store);
    const page = join(visitor().folder, 'history.html');
    const quiet = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await historyCommand({ html: page, cell: '*pytorch*' }, store);
    quiet.mockRestore();
    const use = async (opened: Page) => {
      await opened.locator('.chart').first().scrollIntoViewIfNeeded();
      await until(opened, "document.querySelector('.chart').classList.contains('alive')");
      expect(await opened.locator('.chart.alive svg').count()).toBeGreaterThan(0);
    };
    await visit({}, '', use, page);
  });
});
