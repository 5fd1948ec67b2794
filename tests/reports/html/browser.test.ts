/** The page in a real browser. Without one these tests are skipped and say so. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsVersion } from '../../../common/run/version.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { renderReport } from '../../../reports/html/index.js';
import { fixtureRun } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const title = executablePath
  ? 'report.html in Chromium'
  : 'report.html: SKIPPED, no Chromium (apt-get install chromium)';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Text, not functions: the project's types know no browser.
const openAll = "for (const details of document.querySelectorAll('details')) details.open = true";
const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';

describe.skipIf(!executablePath)(title, () => {
  let folder: string;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-page-'));
    const { manifest, events } = fixtureRun({ hostile: true });
    await writeFile(join(folder, 'report.html'), await renderReport(analyse(manifest, events)));
    url = pathToFileURL(join(folder, 'report.html')).href;
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the page, hands it over, and then insists that nothing went wrong and nothing was fetched. */
  async function visit(
    options: BrowserContextOptions,
    hash: string,
    use: (page: Page) => Promise<void>,
    where = url,
  ) {
    const context = await browser.newContext(options);
    const troubles: string[] = [];
    context.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) troubles.push(`request ${request.url()}`);
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    try {
      await page.goto(where + hash);
      await use(page);
      expect(troubles).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const shown = (page: Page, selector: string) => page.locator(`${selector}:visible`).count();
  const bringAlive = async (page: Page) => {
    const charts = page.locator('.chart:visible');
    for (let index = 0; index < (await charts.count()); index++)
      await charts.nth(index).scrollIntoViewIfNeeded();
    await page.waitForFunction(
      "[...document.querySelectorAll('.chart')].every((c) => c.closest('[hidden]') || c.classList.contains('alive'))",
    );
  };

  it.each([
    ['light', 'rgb(255, 255, 255)'],
    ['dark', 'rgb(20, 23, 27)'],
  ] as const)(
    '%s: draws everything, follows the system, and the button turns it around',
    async (colorScheme, ground) => {
      await visit({ colorScheme, viewport: { width: 1280, height: 900 } }, '', async (page) => {
        await bringAlive(page);
        expect(await page.locator('.chart.alive svg').count()).toBe(26);
        const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(await background()).toBe(ground);
        await page.locator('#theme').click();
        expect(await background()).not.toBe(ground);
        expect(page.url()).toContain(`theme=${colorScheme === 'dark' ? 'light' : 'dark'}`);
      });
    },
  );

  it('hostile names do nothing', async () => {
    await visit({}, '', async (page) => {
      await bringAlive(page);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.evaluate('"hacked" in globalThis')).toBe(false);
    });
  });

  it.each([360, 800])('at %i px nothing scrolls sideways but tables in their own frames', async (width) => {
    await visit({ viewport: { width, height: 780 } }, '', async (page) => {
      await bringAlive(page);
      for (const open of [false, true]) {
        if (open) await page.evaluate(openAll);
        const [content, view] = await page.evaluate<[number, number]>(widths);
        expect(content).toBe(view);
      }
    });
  });

  it('the hash selects groups and baseline, and choosing writes it', async () => {
    await visit({}, '#workload=lenet5&mode=inference&batch=64&baseline=pytorch%2Fcpu', async (page) => {
      expect(await shown(page, '.verdicts li')).toBe(1);
      expect(await shown(page, '#intervals figure')).toBe(1);
      expect(await page.locator('.matrix:visible caption').textContent()).toBe(
        'Time relative to pytorch/cpu',
      );
      await page.locator('select[name=batch]').selectOption('');
      expect(await shown(page, '.verdicts li')).toBe(2);
      await page.locator('select[name=baseline]').selectOption('');
      expect(await page.locator('.matrix:visible caption').textContent()).toContain('fastest');
      expect(new URL(page.url()).hash).toBe('#workload=lenet5&mode=inference');
      // A section's link must not throw the selection away.
      await page.locator('nav a[href="#memory"]').click();
      expect(await shown(page, '.verdicts li')).toBe(2);
    });
  });

  it('of a sweep, one thread count can be chosen, and what is drawn along them stays', async () => {
    const { manifest, events } = threadSweep();
    const page = join(folder, 'sweep.html');
    await writeFile(page, await renderReport(analyse(manifest, events)));
    const use = async (opened: Page) => {
      await bringAlive(opened);
      expect(await shown(opened, '#scaling figure')).toBe(3);
      expect(await shown(opened, '.verdicts li')).toBe(2);
      await opened.locator('select[name=threads]').selectOption('2');
      expect(new URL(opened.url()).hash).toBe('#threads=2');
      expect(await shown(opened, '.verdicts li')).toBe(1);
      expect(await shown(opened, '#intervals figure')).toBe(1);
      expect(await shown(opened, '#scaling figure')).toBe(3);
    };
    for (const width of [360, 1280]) {
      await visit({ viewport: { width, height: 780 } }, '', use, pathToFileURL(page).href);
    }
  });

  it('a nonsensical hash selects everything', async () => {
    await visit({}, '#workload=nothing&baseline=%3Cb%3E&theme=plaid', async (page) => {
      expect(await shown(page, '.verdicts li')).toBe(5);
      expect(await shown(page, '.matrix')).toBe(1);
    });
  });

  it('a chosen baseline redraws the ratios', async () => {
    await visit({}, '', async (page) => {
      const chart = page.locator('#intervals .chart').first();
      await chart.scrollIntoViewIfNeeded();
      await page.waitForSelector('#intervals .chart.alive');
      await page.locator('select[name=baseline]').selectOption('tfjs/js');
      await page.waitForFunction("document.querySelector('#intervals .chart').textContent.includes('0.03')");
      expect(await chart.locator('svg').count()).toBe(1);
    });
  });

  it('without scripts every number, drawing and reason is there', async () => {
    await visit({ javaScriptEnabled: false }, '', async (page) => {
      expect(await shown(page, '.chart svg')).toBe(26);
      expect(await shown(page, '#ranking table')).toBe(5);
      expect(await shown(page, '.matrix')).toBe(1);
      expect(await shown(page, '.filters')).toBe(0);
      expect(await page.locator('#states').textContent()).toContain('killed by SIGKILL');
    });
  });

  it('downloads the data and the round medians', async () => {
    await visit({ acceptDownloads: true }, '', async (page) => {
      const save = async (button: string) => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
        return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
      };
      const json = await save('#download-json');
      expect(json.name).toBe('touchstone-20261123-142501-3fa9.json');
      expect(JSON.parse(json.text)).toMatchObject({
        version: resultsVersion,
        finishedRounds: 10,
      });
      const csv = await save('#download-csv');
      // A head, and ten rounds of each of the 25 cells with a result.
      expect(csv.text.split('\r\n')).toHaveLength(251);
    });
  });

  it('prints on white, without controls, with tables open', async () => {
    await visit({ colorScheme: 'dark' }, '', async (page) => {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
        'rgb(255, 255, 255)',
      );
      expect(await shown(page, 'nav')).toBe(0);
      expect(await shown(page, '#sequence table')).toBe(5);
    });
  });
});
