/** A report of many cells from disk, in a real browser. Without one these tests are skipped and say so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { writeReport } from '../../../reports/html/index.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { bringAlive, hasBrowser, PageVisitor, shown, title, until } from './visitor.js';

describe.skipIf(!hasBrowser)(title, () => {
  const { manifest, events } = manyCells(360);
  const results = analyse(manifest, events);
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-split-'));
  let visitor: PageVisitor;
  let index: string;
  beforeAll(async () => {
    index = await writeReport(folder, results);
    visitor = await PageVisitor.of(results);
  });
  afterAll(async () => {
    await visitor?.close();
    rmSync(folder, { recursive: true });
  });
  const visit = (hash: string, use: (page: Page) => Promise<void>, options = {}) =>
    visitor.visit(options, hash, use, index);
  const status = (page: Page) => page.locator('#status').textContent();

  it('the index leads to the page of a workload, which draws its charts, and back', async () => {
    await visit('', async (page) => {
      expect(await status(page)).toBe('360 of 360 cells shown: 15 of 15 targets with a result, 3 of 3 rows');
      await page.locator('#heat a', { hasText: 'network-1' }).click();
      await page.waitForURL('**/report/network-1.html');
      await bringAlive(page);
      expect(await page.locator('.chart.alive svg').count()).toBeGreaterThan(3);
      expect(await status(page)).toContain('120 of 120 cells shown');
      expect(await shown(page, '#numbers table')).toBe(8);
      await page.locator('header a').click();
      await page.waitForURL('**/report.html');
    });
  });

  it.each(['', '?baseline=fake-2-cpu'])('a link to a cell leads to its details%s', async (query) => {
    await visit(`#network-2/training/8/fake-3-cpu${query}`, async (page) => {
      await page.waitForURL('**/report/network-2.html#**');
      await until(page, "!document.querySelector('#detail').hidden");
      expect(await page.locator('#detail h3').textContent()).toBe(
        'fake-3/cpu · network-2 · training · batch 8',
      );
      const links = page.locator('#detail a');
      expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual([
        '../results.json',
        '../events.ndjson',
        '../logs/',
      ]);
    });
  });

  it('a baseline, a search and a family change what is shown, and the link says so', async () => {
    await visit('', async (page) => {
      await page.locator('select[name=baseline]').selectOption({ label: 'fake-4/cpu' });
      const texts = await page.locator('#heat tbody tr:nth-child(2) td').allTextContents();
      expect(texts[4]!.replace('°', '')).toBe('1.0×');
      await page.locator('input[name=find]').fill('network-0');
      expect(await page.locator('#heat tbody tr').count()).toBe(2);
      expect(await status(page)).toMatch(/^120 of 360 cells shown/);
      await page.locator('#families button').first().click();
      expect(await status(page)).toMatch(/: [78] of 15 targets/);
      expect(page.url()).toMatch(/#\?baseline=fake-4-cpu&hide=[^&]+&find=network-0$/);
      await page.locator('#heat a').click();
      await page.waitForURL('**/report/network-0.html#**');
      expect(await page.locator('select[name=baseline] option:checked').textContent()).toBe('fake-4/cpu');
      expect(await status(page)).toMatch(/: [78] of 15 targets/);
    });
  });

  it('without scripts the matrix and its links are there', async () => {
    await visit(
      '',
      async (page) => {
        expect(await page.locator('#heat tbody tr').count()).toBe(4);
        expect(await shown(page, '.controls')).toBe(0);
        await page.locator('#heat a', { hasText: 'network-1' }).click();
        expect(await page.locator('#heat tbody tr').count()).toBe(15);
        expect(await shown(page, '#ratios .chart svg')).toBe(1);
        expect(await shown(page, '#numbers')).toBe(0);
      },
      { javaScriptEnabled: false },
    );
  });
});
