/** Filters, head to head, saving, paper. Without a browser these tests are skipped and say so. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { bringAlive, hasBrowser, shown, title, until, visitedReport, widths } from './visitor.js';

const openAll = "for (const details of document.querySelectorAll('.fold')) details.open = true";

describe.skipIf(!hasBrowser)(title, () => {
  const { visit } = visitedReport();

  it('filters hold for every section, and it says what is shown', async () => {
    await visit({}, '#?hide=pytorch-cpu&without=lenet5/inference/1', async (page) => {
      await page.evaluate(openAll);
      expect(await page.locator('#status').textContent()).toMatch(
        /^28 of 40 cells shown: 6 of 7 .*, 4 of 5 /,
      );
      expect(await shown(page, '.verdicts li')).toBe(4);
      expect(await shown(page, '#numbers table')).toBe(4);
      for (const section of ['numbers', 'states', 'parity']) {
        const rows = page.locator(`#${section} tbody tr:visible th`);
        const names = await rows.allTextContents();
        expect(names.length).toBeGreaterThan(2);
        expect(names).not.toContain('pytorch/cpu');
      }
      expect(await shown(page, '#parity tbody td:text-is("lenet5 · inference · batch 1")')).toBe(0);
      await page.locator('#reset').click();
      expect(await shown(page, '#numbers table')).toBe(5);
      expect(await shown(page, '#numbers th:text-is("pytorch/cpu")')).toBe(5);
    });
  });

  it('two targets head to head, by choice and by link', async () => {
    await visit({}, '', async (page) => {
      await page.locator('#duel summary').click();
      await page.locator('#duel select[name=own]').selectOption({ label: 'tfjs/js' });
      await page.locator('#duel select[name=other]').selectOption({ label: 'pytorch/cpu' });
      expect(await page.locator('#duel tbody tr').count()).toBe(5);
      expect(await page.locator('.duel-summary').textContent()).toMatch(
        /^tfjs\/js is faster in 0, slower in 5 .* geometric mean of the ratios is \d/,
      );
      expect(page.url()).toMatch(/#\?duel=tfjs-js,pytorch-cpu$/);
    });
    await visit({}, '#?duel=onnxruntime-cpu,tfjs-wasm', async (page) => {
      await until(page, "document.querySelectorAll('#duel tbody tr').length === 3");
    });
  });

  it('the details of a cell have its command and lead to the files', async () => {
    await visit({}, '#lenet5/inference/1/pytorch-cpu', async (page) => {
      expect(await page.locator('#detail code').first().textContent()).toBe(
        'npm run bench -- --workload lenet5 --mode inference --batch 1 --targets pytorch/cpu --threads 1 --seed 1',
      );
      const links = await page
        .locator('#detail a')
        .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      expect(links).toEqual(['results.json', 'events.ndjson', 'logs/']);
    });
  });

  it.each(['#ratios', '#distributions', '#memory'])('saves the chart in %s', async (section) => {
    await visit({ acceptDownloads: true, colorScheme: 'dark' }, '', async (page) => {
      await bringAlive(page);
      const save = async (format: string) => {
        const button = page.locator(`${section} .saving button`, { hasText: format });
        const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
        return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
      };
      const svg = await save('SVG');
      expect(svg.name).toMatch(/^touchstone-20261123-142501-3fa9-\w+\.svg$/);
      const text = svg.bytes.toString();
      expect(text).toMatch(/^<svg [^>]*width="\d/);
      expect(text).not.toContain('var(');
      expect(text).toContain('>pytorch/cpu<');
      expect(text).toContain('fill="#14171b"');
      expect((await save('PNG')).bytes.subarray(1, 4).toString()).toBe('PNG');
      const spec = JSON.parse((await save('Vega-Lite')).bytes.toString());
      expect(spec.$schema).toContain('vega-lite');
      expect(spec.data.values.length).toBeGreaterThanOrEqual(6);
      expect(JSON.stringify(spec)).not.toContain('var(');
    });
  });

  it.each(['A4', 'Letter'] as const)(
    'prints on %s with every chart, and is then as it was',
    async (format) => {
      await visit({}, '', async (page) => {
        await page.evaluate(`addEventListener('beforeprint', () => {
        globalThis.printed = [document.querySelectorAll('.chart.alive svg').length,
          document.querySelectorAll('.fold:not([open])').length];
      })`);
        const pdf = await page.pdf({ format });
        expect(pdf.subarray(0, 4).toString()).toBe('%PDF');
        expect(await page.evaluate('globalThis.printed')).toEqual([6, 0]);
        expect(await page.locator('.fold[open]').count()).toBe(0);
      });
    },
  );

  it.each([718, 740])('on paper %i px wide nothing is cut and no chart lies over another', async (width) => {
    await visit({ viewport: { width, height: 1000 } }, '', async (page) => {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.emulateMedia({ media: 'print' });
      const [content, view] = await page.evaluate<[number, number]>(widths);
      expect(content).toBe(view);
      const boxes = await boxesOf(page);
      expect(boxes.length).toBeGreaterThanOrEqual(5);
      for (const [index, { left, right, top }] of boxes.entries()) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(width);
        expect(top).toBeGreaterThanOrEqual(boxes[index - 1]?.bottom ?? 0);
      }
    });
  });

  it('nothing moves by itself', async () => {
    await visit({ reducedMotion: 'reduce' }, '', async (page) => {
      await bringAlive(page);
      expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    });
  });

  it('every heading is seen where a link leads to it', async () => {
    await visit({}, '', async (page) => {
      await page.locator('a[href="#validity"]').click();
      const top = await page.locator('#validity h2').evaluate((one) => one.getBoundingClientRect().top);
      expect(top).toBeGreaterThanOrEqual(0);
      const covering = await page.evaluate(`(() => {
        const { left, top } = document.querySelector('#validity h2').getBoundingClientRect();
        return document.elementFromPoint(left + 2, top + 4).closest('#validity') !== null;
      })()`);
      expect(covering).toBe(true);
    });
  });
});

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const boxesOf = (page: Page): Promise<Box[]> =>
  page.locator('.chart.alive svg').evaluateAll((all) =>
    all.map((svg) => {
      const { left, right, top, bottom } = svg.getBoundingClientRect();
      return { left, right, top, bottom };
    }),
  );
