/** What axe-core finds on the page once everything is drawn and unfolded. Without a browser these tests are skipped and say so. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { renderReport, splitFrom, writeReport } from '../../../reports/html/index.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { fixtureRun } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';
import { bringAlive, hasBrowser, PageVisitor, title } from './visitor.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** A line for each finding. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    "axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) => JSON.parse(JSON.stringify(violations)))",
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
  );
}

const openAll =
  "for (const details of document.querySelectorAll('details:not(.picker)')) details.open = true";
const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1300, 390].map((width) => [colorScheme, width] as const),
);

describe.skipIf(!hasBrowser)(title, () => {
  const { manifest, events } = fixtureRun({ hostile: true });
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-axe-'));
  let visitor: PageVisitor;
  let sweep: string;
  beforeAll(async () => {
    visitor = await PageVisitor.of(analyse(manifest, events));
    const swept = threadSweep();
    sweep = await visitor.write('sweep.html', await renderReport(analyse(swept.manifest, swept.events)));
    const many = manyCells(splitFrom);
    await writeReport(folder, analyse(many.manifest, many.events));
  });
  afterAll(async () => {
    await visitor?.close();
    rmSync(folder, { recursive: true });
  });

  it.each(views)(
    '%s at %i px: nothing, with every chart drawn and every detail open',
    async (colorScheme, width) => {
      await visitor.visit({ colorScheme, viewport: { width, height: 900 } }, '', async (page) => {
        await bringAlive(page);
        await page.locator('#heat td a').first().click();
        await page.evaluate(openAll);
        expect(await findings(page)).toEqual([]);
      });
    },
  );

  it.each(views)('%s at %i px: nothing on a page of a sweep', async (colorScheme, width) => {
    const use = async (page: Page) => {
      await bringAlive(page);
      await page.evaluate(openAll);
      expect(await findings(page)).toEqual([]);
    };
    await visitor.visit({ colorScheme, viewport: { width, height: 900 } }, '', use, sweep);
  });

  it.each(views)('%s at %i px: nothing on an index, and on a page of it', async (colorScheme, width) => {
    const viewport = { width, height: 900 };
    const use = async (page: Page) => {
      if ((await page.locator('.chart').count()) > 0) await bringAlive(page);
      await page.evaluate(openAll);
      expect(await findings(page)).toEqual([]);
    };
    for (const file of ['report.html', 'report/network-0.html'])
      await visitor.visit({ colorScheme, viewport }, '', use, join(folder, file));
  });
});
