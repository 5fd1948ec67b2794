/** What a reader does with the page, in a real browser. Without one these tests are skipped and say so. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { samplingOf } from '../../../common/statistics/sampling.js';
import { pairedRatio } from '../../../reports/analyse/estimates.js';
import { isOk, type OkCell } from '../../../reports/analyse/groups.js';
import { bringAlive, hasBrowser, names, shown, title, until, visitedReport, widths } from './visitor.js';

const focused = "document.activeElement.getAttribute('href') ?? document.activeElement.textContent";

describe.skipIf(!hasBrowser)(title, () => {
  const { results, visit } = visitedReport();

  /** The ratio in every linked cell of the matrix, by link. */
  async function readMatrix(page: Page): Promise<Map<string, string>> {
    const cells = await page
      .locator('#heat td a')
      .evaluateAll((all) =>
        all.map((link) => [link.getAttribute('href')!, link.textContent!.trim()] as const),
      );
    return new Map(cells);
  }

  const linkOf = ({ workload, mode, batch, target }: OkCell) =>
    `#${workload}/${mode}/${batch}/${target.replaceAll(/[^\w.~@-]+/g, '-').replaceAll(/^-+|-+$/g, '')}`;

  it.each([null, 'pytorch/cpu'])(
    'the matrix has the ratios of results.json, against %s',
    async (baseline) => {
      const hash = baseline ? '#?baseline=pytorch-cpu' : '';
      await visit({}, hash, async (page) => {
        const found = await readMatrix(page);
        const ok = results.cells.filter(isOk);
        let compared = 0;
        for (const group of results.groups) {
          const own = ok.filter(
            (cell) =>
              `${cell.workload}${cell.mode}${cell.batch}` === `${group.workload}${group.mode}${group.batch}`,
          );
          const against = own.find(({ target }) => target === (baseline ?? group.ranking[0]!.target))!;
          for (const cell of own.filter((one) => one !== against)) {
            const { value, low, high } = pairedRatio(
              cell.samples,
              against.samples,
              samplingOf(results.options),
            ).ratio;
            const text = found.get(linkOf(cell))!;
            const [ratio, least, most] = text
              .replaceAll(',', ' ')
              .match(/\d[\d.]*/g)!
              .map(Number) as [number, number, number];
            expect(Math.abs(ratio / value - 1), `${linkOf(cell)}: ${text}`).toBeLessThan(0.06);
            expect(least).toBeLessThanOrEqual(low! * 1.0001);
            expect(most).toBeGreaterThanOrEqual(high! * 0.9999);
            compared++;
          }
        }
        expect(compared).toBe(ok.length - results.groups.length);
      });
    },
  );

  it('the first screen has the sentences and the matrix, and everything else is folded', async () => {
    await visit({ viewport: { width: 1400, height: 1000 } }, '', async (page) => {
      expect(await shown(page, '.verdicts li')).toBe(5);
      const bottom = await page
        .locator('#heat table')
        .evaluate((table) => table.getBoundingClientRect().bottom);
      expect(bottom).toBeLessThan(1000);
      expect(await shown(page, '.fold')).toBeGreaterThan(10);
      expect(await page.locator('.fold[open]').count()).toBe(0);
    });
  });

  it.each([
    ['light', 'rgb(255, 255, 255)'],
    ['dark', 'rgb(20, 23, 27)'],
  ] as const)(
    '%s: draws everything, follows the system, and the button turns it around',
    async (colorScheme, ground) => {
      await visit({ colorScheme, viewport: { width: 1280, height: 900 } }, '', async (page) => {
        await bringAlive(page);
        expect(await page.locator('.chart.alive svg').count()).toBe(6);
        const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(await background()).toBe(ground);
        await page.locator('#theme').click();
        expect(await background()).not.toBe(ground);
        expect(page.url()).toContain(`theme=${colorScheme === 'dark' ? 'light' : 'dark'}`);
      });
    },
  );

  it('the bars have the values of their table, sorted, and follow the baseline and the workload', async () => {
    await visit({}, '', async (page) => {
      const chart = page.locator('#ratios .chart');
      await chart.scrollIntoViewIfNeeded();
      await page.waitForSelector('#ratios .chart.alive');
      const texts = async () =>
        (await chart.locator('svg text').allTextContents()).filter((text) => text.includes('×'));
      const inTable = () => page.locator('#ratios td.number:nth-child(2)').allTextContents();
      const rows = await inTable();
      expect(
        (await texts()).filter((text) => !text.includes('baseline')).map((text) => text.slice(2)),
      ).toEqual(rows);
      expect(rows).toHaveLength(6);
      await page.locator('select[name=baseline]').selectOption({ label: 'tfjs/js' });
      await until(page, "document.querySelector('#ratios .chart').textContent.includes('0.03')");
      expect(await chart.locator('svg').count()).toBe(1);
      await page.locator('select[name=group]').selectOption({ label: 'lenet5 · training · batch 64' });
      expect(await page.locator('#ratios .chosen-title').textContent()).toBe('lenet5 · training · batch 64');
      await until(page, "document.querySelectorAll('#ratios td.number:nth-child(2)').length === 5");
      expect(new URL(page.url()).hash).toBe('#lenet5/training/64?baseline=tfjs-js');
    });
  });

  it('says where there is nothing to draw, and draws again where there is', async () => {
    await visit({}, '#lenet5/training/64?baseline=onnxruntime-cpu', async (page) => {
      const chart = page.locator('#ratios .chart');
      await chart.scrollIntoViewIfNeeded();
      await until(
        page,
        "document.querySelector('#ratios .chart').textContent.includes('baseline has no result')",
      );
      expect(await chart.locator('svg').count()).toBe(0);
      await page.locator('select[name=baseline]').selectOption('');
      await until(page, "document.querySelectorAll('#ratios .chart svg').length === 1");
      expect(await chart.getAttribute('role')).toBe('img');
      expect(await chart.textContent()).not.toContain('Nothing');
    });
  });

  it.each([390, 800, 1600])(
    'at %i px nothing scrolls sideways but tables in their own frames',
    async (width) => {
      await visit({ viewport: { width, height: 844 } }, '', async (page) => {
        await bringAlive(page);
        await page.locator('#heat td a').first().click();
        const [content, view] = await page.evaluate<[number, number]>(widths);
        expect(content).toBe(view);
      });
    },
  );

  it('at 390 px a screen holds eight targets, each name on one line', async () => {
    await visit({ viewport: { width: 390, height: 844 } }, '', async (page) => {
      const heights = await page
        .locator('#heat tbody tr')
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
      const head = await page.locator('#heat thead').evaluate((one) => one.getBoundingClientRect().height);
      expect(head + 8 * Math.max(...heights)).toBeLessThan(844);
      expect(Math.max(...heights)).toBeLessThan(45);
    });
  });

  it('nothing moves while it loads', async () => {
    await visit({ viewport: { width: 1280, height: 900 } }, '', async (page) => {
      await page.locator('#ratios .chart').scrollIntoViewIfNeeded();
      await page.waitForSelector('#ratios .chart.alive');
      const shift = await page.evaluate<number>(`new Promise((done) => {
        let sum = 0;
        new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
          .observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(sum), 300);
      })`);
      expect(shift).toBeLessThan(0.1);
    });
  });

  it('sorts by a column, says so, and turns the order around', async () => {
    await visit({}, '', async (page) => {
      const button = page.locator('#heat button[data-sort="2"]');
      await button.click();
      const sorted = () =>
        page
          .locator('#heat th[aria-sort]')
          .evaluateAll((all) => all.map((th) => th.getAttribute('aria-sort')));
      expect(await sorted()).toEqual(['ascending']);
      const before = (await names(page)).slice(0, 5);
      expect(before[0]).toBe('pytorch/cpu');
      expect(await page.evaluate(focused)).toContain('training');
      await button.click();
      expect(await sorted()).toEqual(['descending']);
      expect((await names(page)).slice(0, 5)).toEqual(before.reverse());
      expect(new URL(page.url()).hash).toBe('#lenet5/training/64?sort=-lenet5/training/64');
    });
  });

  it('searches, selects and folds targets, and counts what is shown', async () => {
    await visit({}, '', async (page) => {
      await page.locator('#families button', { hasText: 'JavaScript' }).click();
      expect(await page.locator('#status').textContent()).toMatch(
        /^20 of 40 cells shown: 3 of 7 targets with a result, 5 of 5 comparisons$/,
      );
      expect(await page.locator('#heat .script-row').textContent()).toContain('JavaScript: 4 folded');
      await page.locator('#heat .script-row button').click();
      expect(await names(page)).toHaveLength(7);
      const picker = page.locator('.picker[data-of=targets]');
      await picker.locator('summary').click();
      await picker.locator('input[type=search]').fill('TFJS');
      expect(await shown(page, '.picker[data-of=targets] .choices label')).toBe(2);
      await picker.locator('label:visible', { hasText: 'tfjs/wasm' }).locator('input').uncheck();
      expect(await names(page)).not.toContain('tfjs/wasm');
      expect(new URL(page.url()).hash).toBe('#?hide=tfjs-wasm');
      await page.keyboard.press('Escape');
      expect(await picker.getAttribute('open')).toBeNull();
      await page.locator('#reset').click();
      expect(new URL(page.url()).hash).toBe('');
    });
  });

  it('a cell opens its details by mouse, by keyboard and by its link, and gives the focus back', async () => {
    await visit({}, '', async (page) => {
      const link = page.locator('#heat a[href="#lenet5/inference/1/pytorch-cpu"]');
      await link.click();
      expect(new URL(page.url()).hash).toBe('#lenet5/inference/1/pytorch-cpu');
      const detail = page.locator('#detail');
      expect(await detail.textContent()).toMatch(/pytorch\/cpu · lenet5 · inference · batch 1.*Rank2 of 6/s);
      expect(await page.evaluate(focused)).toContain('pytorch/cpu · lenet5');
      await page.keyboard.press('Escape');
      expect(await detail.isVisible()).toBe(false);
      expect(await page.evaluate(focused)).toBe('#lenet5/inference/1/pytorch-cpu');
      await page.keyboard.press('ArrowRight');
      expect(await page.evaluate(focused)).toBe('#lenet5/inference/64/pytorch-cpu');
      await page.keyboard.press('Enter');
      expect(await detail.textContent()).toContain('batch 64');
      await page.goBack();
      expect(await detail.textContent()).not.toContain('batch 64');
    });
    await visit({}, '#lenet5/training/64/tfjs-wasm', async (page) => {
      expect(await page.locator('#detail').textContent()).toContain('Conv2DBackpropFilter');
      expect(await page.locator('#ratios .chosen-title').textContent()).toBe('lenet5 · training · batch 64');
    });
  });

  it('one cell of the matrix is a stop of the tab key, and every one says all of it in words', async () => {
    await visit({}, '', async (page) => {
      expect(await page.locator('#heat td a[tabindex="0"]').count()).toBe(1);
      const labels = await page
        .locator('#heat td a')
        .evaluateAll((all) => all.map((link) => link.getAttribute('aria-label')!));
      expect(labels.length).toBe(await page.locator('#heat td a').count());
      for (const label of labels) expect(label).toMatch(/rank \d|wrong|failed|unsupported|not measured/);
      const unnamed = await page
        .locator('button, select, input, [role=region], [role=img]')
        .evaluateAll(
          (all) =>
            all.filter(
              (one) =>
                !(one.textContent || one.getAttribute('aria-label') || one.closest('label')) &&
                one.closest('details:not([open])') === null,
            ).length,
        );
      expect(unnamed).toBe(0);
    });
  });

  it('a nonsensical hash chooses nothing', async () => {
    await visit({}, '#?baseline=%3Cb%3E&theme=plaid&sort=x', async (page) => {
      expect(await names(page)).toHaveLength(7);
      expect(await page.locator('select[name=baseline]').inputValue()).toBe('');
    });
  });
});
