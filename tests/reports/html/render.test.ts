import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { maxPageBytes, renderReport, writeReport } from '../../../reports/html/index.js';
import { scriptData } from '../../../reports/html/script-data.js';
import { type FixtureOptions, fixtureRun, hostileTarget, swiftShader } from '../fixtures.js';

const resultsOf = (options?: FixtureOptions) => {
  const { manifest, events } = fixtureRun(options);
  return analyse(manifest, events);
};
/** The page without its scripts and style. */
const bodyOf = (html: string) => html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
const textOf = (html: string) =>
  bodyOf(html)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const dataOf = (html: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!) as {
    results: { cells: { state: string; target: string; samples: { samplesNs: number[] }[] }[] };
    rows: Record<string, { target: string }[]>;
  };

let html: string;
let hostile: string;
beforeAll(async () => {
  html = await renderReport(resultsOf());
  hostile = await renderReport(resultsOf({ hostile: true }));
});

describe('content', () => {
  it('comes in the order in which a reader asks', () => {
    const order = [...bodyOf(html).matchAll(/<section id="(\w+)"/g)].map((match) => match[1]);
    expect(order).toEqual([
      'verdict',
      'validity',
      'ranking',
      'matrix',
      'intervals',
      'scaling',
      'distributions',
      'sequence',
      'phases',
      'memory',
      'states',
      'parity',
      'configuration',
      'machine',
      'overhead',
      'method',
      'reproduce',
    ]);
  });

  it('says the verdict, ties included', () => {
    expect(textOf(html)).toMatch(
      /onnxruntime\/cpu is fastest; pytorch\/cpu takes 3\.\d+× \[[\d.]+, [\d.]+] as long/,
    );
    expect(textOf(html)).toMatch(/convnetjs\/js cpu 4–5 1\.\d+ ms/);
    expect(textOf(html)).toMatch(/tfjs\/js cpu 4–5 1\.\d+ ms/);
  });

  it('names the device beside each target, with its driver beside the versions', async () => {
    const { manifest, events } = fixtureRun({ devices: { 'tfjs/wasm': swiftShader } });
    const text = textOf(await renderReport(analyse(manifest, events)));
    expect(text).toMatch(/tfjs\/wasm webgpu0 \(software\) 3 4\d\d µs/);
    expect(text).toContain('tfjs/wasm tfjs webgpu0 (software): SwiftShader, Dawn 1.2');
    expect(text).toContain('pytorch/cpu pytorch cpu: Example CPU @ 2.60GHz');
  });

  it('gives every cell that is not ok its reason', () => {
    for (const { reason } of resultsOf().cells.filter(({ state }) => state !== 'ok')) {
      const escaped = reason.replaceAll('`', '&#x60;').replaceAll('=', '&#x3D;');
      expect(bodyOf(html)).toContain(escaped);
    }
  });

  it('holds no number for a cell that is not ok', () => {
    const { results, rows } = dataOf(html);
    for (const cell of results.cells) expect(cell.samples.length > 0).toBe(cell.state === 'ok');
    // In the first group slowpoke/js failed its audit after it had been timed.
    const inFirst = Object.entries(rows).filter(([figure]) => /-0(@|$)/.test(figure));
    expect(inFirst.length).toBeGreaterThan(5);
    expect(inFirst.flatMap(([, list]) => list).filter(({ target }) => target === 'slowpoke/js')).toEqual([]);
    const row = /<tr><th scope="row">slowpoke\/js<\/th><td class="wrong"[^>]*>wrong<\/td>/;
    expect(bodyOf(html)).toMatch(row);
  });

  it('with few rounds shows times without intervals and claims no order', async () => {
    const few = textOf(await renderReport(resultsOf({ rounds: 2, plannedRounds: 8, ending: 'interrupted' })));
    expect(few).toContain('2 of 8 planned rounds finished. The run was interrupted');
    expect(few).toContain(
      'Too few rounds to tell targets apart (3 are needed); in these, onnxruntime/cpu comes first',
    );
    expect(few).not.toMatch(/cpu is fastest/);
    expect(few).toContain('no interval: 2 rounds, 3 are needed');
  });

  it('a run in which nothing was measured is still a page', async () => {
    const { manifest } = fixtureRun();
    const empty = textOf(await renderReport(analyse(manifest, [])));
    expect(empty).toContain('Nothing was timed.');
    expect(empty).toContain('No framework was started.');
  });

  it('is the same for the same results', async () => {
    expect(await renderReport(resultsOf())).toBe(html);
  });
});

describe('safety', () => {
  it('hostile names appear as text everywhere and as markup nowhere', () => {
    const start = hostileTarget.slice(0, 20);
    expect(hostile).not.toContain(start);
    expect(bodyOf(hostile)).not.toContain('<img');
    expect(bodyOf(hostile)).not.toMatch(/\son\w+="globalThis/);
    expect(textOf(hostile)).toContain('&lt;/script&gt;&lt;img src');
    // The names of templates' own fields are not filled in twice.
    expect(textOf(hostile)).toContain('{{x}}/cpu');
    expect(dataOf(hostile).results.cells.some(({ target }) => target === hostileTarget)).toBe(true);
  });

  it('nothing in embedded data can end its element', () => {
    const data = { a: '</script><!--<script>', b: '\u2028' };
    expect(scriptData(data)).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(scriptData(data))).toEqual(data);
  });

  it('asks for nothing from a network', () => {
    expect(bodyOf(html)).not.toMatch(/(?:src|href)="(?!#|data:|results\.json)/);
    expect(/<style>([\s\S]*?)<\/style>/.exec(html)![1]).not.toMatch(/url\(|@import/);
  });
});

describe('size', () => {
  it('stays within its limit, and large runs keep their tables', async () => {
    expect(Buffer.byteLength(hostile)).toBeLessThan(maxPageBytes);
    const large = resultsOf();
    const cells = Array.from({ length: 6 }, (_, copy) =>
      large.cells.map((cell) => ({
        ...cell,
        id: `${copy}/${cell.id}`,
        workload: `${cell.workload}-${copy}`,
      })),
    ).flat();
    const groups = Array.from({ length: 6 }, (_, copy) =>
      large.groups.map((group) => ({ ...group, workload: `${group.workload}-${copy}` })),
    ).flat();
    const page = await renderReport({ ...large, cells, groups });
    expect(Buffer.byteLength(page)).toBeLessThan(maxPageBytes);
    expect(page.match(/<figure/g)).toHaveLength(156);
    expect(page.match(/<caption>Median of each round/g)).toHaveLength(30);
  });
});

describe('accessibility', () => {
  it('headings do not skip a level, tables have captions, drawings have descriptions and tables', () => {
    const body = bodyOf(html);
    const levels = [...body.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
    expect(levels[0]).toBe(1);
    levels.forEach((level, index) => {
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    });
    expect(body.match(/<table>/g)!.length).toBe(body.match(/<table>\s*<caption>[^<]+<\/caption>/g)!.length);
    expect(body.match(/class="chart" role="img" aria-label="[^"]+"/g)).toHaveLength(26);
    expect(body.match(/<figure/g)!.length).toBe(body.match(/<details>\s*<summary>Table/g)!.length);
  });

  it('colours keep their contrast in both themes', async () => {
    const css = await readFile(join(projectRoot, 'reports/html/templates/report.css'), 'utf8');
    const themes = [...css.matchAll(/\{([^{}]*--paper:[^{}]*)\}/g)].slice(0, 3);
    expect(themes).toHaveLength(3);
    for (const [, theme] of themes) {
      const colour = (name: string) => new RegExp(`--${name}: (#\\w{6})`).exec(theme!)![1]!;
      for (const ground of ['paper', 'panel'].map(colour)) {
        for (const name of ['ink', 'ink-soft', 'link', 'good', 'warn', 'bad']) {
          expect([name, contrast(colour(name), ground) >= 4.5]).toEqual([name, true]);
        }
        for (const name of ['line', ...Array.from({ length: 8 }, (_, index) => `series-${index + 1}`)]) {
          expect([name, contrast(colour(name), ground) >= 2.8]).toEqual([name, true]);
        }
      }
    }
  });
});

it('writeReport leaves results.json and report.html in the run folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-report-'));
  try {
    const { manifest, events } = fixtureRun({ rounds: 2 });
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(
      join(folder, 'events.ndjson'),
      events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    );
    const path = await writeReport(folder);
    expect(path).toBe(join(folder, 'report.html'));
    expect(await readFile(path, 'utf8')).toMatch(/^<!doctype html>/);
    const files = ['events.ndjson', 'manifest.json', 'report.html', 'results.json'];
    expect((await readdir(folder)).sort()).toEqual(files);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Contrast of two colours as WCAG 2.2 defines it. */
function contrast(first: string, second: string): number {
  const [dark, light] = [first, second].map(luminance).sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
