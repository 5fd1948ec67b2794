/** The site and the page of a comparison in a real browser, without scripts. Without a browser these tests are skipped and say so. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCommand } from '../../../cli/compare.js';
import { writeSite } from '../../../reports/site/index.js';
import { printed } from '../../cli/output.js';
import { filesOf, siteRuns, temporarySite } from '../site/site-runs.js';
import { browserOptions, hasBrowser, widths } from './visitor.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const title = hasBrowser
  ? 'the site in Chromium'
  : 'the site: SKIPPED, no Chromium (apt-get install chromium)';

describe.skipIf(!hasBrowser)(title, () => {
  let browser: Browser;
  let pages: string[] = [];
  const site = temporarySite();
  const comparison = join(dirname(site), 'comparison.html');
  beforeAll(async () => {
    const runs = await siteRuns();
    await writeSite(site, runs);
    const compared = [runs[0]!, runs[1]!, runs[3]!, runs[4]!];
    await printed(() => compareCommand(compared, { html: comparison }));
    const paths = [...filesOf(site).keys()].filter((path) => path.endsWith('index.html'));
    // Of the pages of pairs, which are all alike, one, and those with a hostile name.
    pages = paths
      .filter((path) => !/^[a-z]+-vs-/.test(path) || path.startsWith('onnxruntime-vs-pytorch'))
      .map((path) => join(site, path));
    pages.push(comparison);
    browser = await chromium.launch(browserOptions);
  });
  afterAll(() => browser?.close());

  /** Opens a file, hands it over, and insists that nothing went wrong and nothing was fetched. */
  async function visit(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
    const context = await browser.newContext(options);
    const troubles: string[] = [];
    context.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) troubles.push(`request ${request.url()}`);
    });
    context.on('requestfailed', (request) => troubles.push(`no ${request.url()}`));
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    try {
      await page.goto(pathToFileURL(path).href);
      await use(page);
      expect(troubles).toEqual([]);
    } finally {
      await context.close();
    }
  }

  it('every page passes axe, in both themes, on a desk and on a phone', async () => {
    expect(pages.length).toBeGreaterThan(12);
    for (const path of pages) {
      for (const [colorScheme, width] of [['light', 1300] as const, ['dark', 390] as const]) {
        await visit(path, { colorScheme, viewport: { width, height: 800 } }, async (page) => {
          await page.evaluate(
            "for (const details of document.querySelectorAll('details')) details.open = true",
          );
          await page.evaluate(axe);
          const found = await page.evaluate(
            "axe.run({ preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))",
          );
          expect(found, `${path} at ${width}`).toEqual([]);
        });
      }
    }
  });

  it('no page is wider than a phone', async () => {
    for (const path of pages) {
      await visit(path, { viewport: { width: 390, height: 800 } }, async (page) => {
        const [content, window] = (await page.evaluate(widths)) as [number, number];
        expect(content, path).toBeLessThanOrEqual(window);
      });
    }
  });

  it('without scripts a reader comes from the first page to a pair, a chart and a report', async () => {
    await visit(join(site, 'index.html'), { javaScriptEnabled: false }, async (page) => {
      await page.getByRole('link', { name: 'onnxruntime vs pytorch' }).click();
      expect(await page.locator('h1').textContent()).toBe('onnxruntime vs pytorch');
      await page.getByRole('link', { name: 'All runs' }).click();
      await page.locator('#workloads a', { hasText: 'lenet5' }).click();
      expect(await page.locator('.chart svg:visible').count()).toBeGreaterThan(2);
      await page.locator('a[href*="report.html"]').first().click();
      expect(await page.locator('.verdicts li').count()).toBeGreaterThan(2);
    });
  });

  it('with scripts a report of the site draws, by the library that all of them share', async () => {
    const shared = [...filesOf(site).keys()].filter((path) => path.startsWith('scripts/'));
    // Of the five reports.
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.length).toBeLessThan(3);
    for (const run of ['first', 'spoilt']) {
      await visit(join(site, 'runs', run, 'report.html'), {}, async (page) => {
        const isAlive = () => page.locator('.chart.alive').count();
        await page.locator('.chart').first().scrollIntoViewIfNeeded();
        await expect.poll(isAlive, { timeout: 20_000 }).toBeGreaterThan(0);
        expect(await page.locator('#retracted').count()).toBe(run === 'spoilt' ? 1 : 0);
      });
    }
  });

  it('hostile names do nothing', async () => {
    for (const path of pages) {
      await visit(path, {}, async (page) => {
        expect(await page.locator('img').count(), path).toBe(0);
        expect(await page.evaluate('"hacked" in globalThis')).toBe(false);
      });
    }
  });
});
