/** The report of the made-up run in a real browser. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { renderReport } from '../../../reports/html/index.js';
import { fixtureRun } from '../fixtures.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
export const hasBrowser = executablePath !== undefined;
export const title = hasBrowser
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

export const browserOptions = { executablePath: executablePath ?? '', args };

// Text, not functions: the project's types know no browser.
const openAll = "for (const details of document.querySelectorAll('.fold')) details.open = true";
export const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';

export class PageVisitor {
  readonly folder: string;
  readonly html: string;
  readonly browser: Browser;

  private constructor(folder: string, html: string, browser: Browser) {
    this.folder = folder;
    this.html = html;
    this.browser = browser;
  }

  static async of(results: RunResults): Promise<PageVisitor> {
    const folder = await mkdtemp(join(tmpdir(), 'touchstone-page-'));
    const html = await renderReport(results);
    const browser = await chromium.launch(browserOptions);
    const visitor = new PageVisitor(folder, html, browser);
    await visitor.write('report.html', html);
    return visitor;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @returns its path */
  async write(name: string, html: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, html);
    return path;
  }

  /** Opens a page, hands it over, and then insists that nothing went wrong and nothing was fetched. */
  async visit(
    options: BrowserContextOptions,
    hash: string,
    use: (page: Page) => Promise<void>,
    path = join(this.folder, 'report.html'),
  ): Promise<void> {
    const context = await this.browser.newContext(options);
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
      await page.goto(pathToFileURL(path).href + hash);
      await use(page);
      expect(troubles).toEqual([]);
    } finally {
      await context.close();
    }
  }
}

export const shown = (page: Page, selector: string) => page.locator(`${selector}:visible`).count();

/** The page's policy forbids the way in which Playwright waits for an expression. */
export const until = (page: Page, expression: string) =>
  expect.poll(() => page.evaluate(expression), { timeout: 20_000 }).toBe(true);

export async function bringAlive(page: Page): Promise<void> {
  await page.evaluate(openAll);
  const charts = page.locator('.chart:visible');
  for (let index = 0; index < (await charts.count()); index++) {
    const chart = charts.nth(index);
    await chart.scrollIntoViewIfNeeded();
    const isAlive = () => chart.evaluate((element) => element.classList.contains('alive'));
    await expect.poll(isAlive, { timeout: 20_000 }).toBe(true);
  }
}

/** Of the targets in the matrix, in the order of its rows. */
export const names = (page: Page) =>
  page
    .locator('#heat tbody tr:not(.script-row) th')
    .evaluateAll((all) => all.map((th) => th.textContent!.trim().slice(2)));

/** In a `describe`: the results of the made-up run with hostile names, and their report in a browser that all its tests share. */
export function visitedReport() {
  const { manifest, events } = fixtureRun({ hostile: true });
  const results = analyse(manifest, events);
  let visitor: PageVisitor;
  beforeAll(async () => {
    visitor = await PageVisitor.of(results);
  });
  afterAll(() => visitor?.close());
  const visit: PageVisitor['visit'] = (...given) => visitor.visit(...given);
  return { results, visit, visitor: () => visitor };
}
