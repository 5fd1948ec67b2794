import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../common/paths.js';
import type { RunResults } from '../../../common/run/results.js';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { renderReport, writeReport } from '../../../reports/html/index.js';
import { unpacked } from '../../../reports/html/page/pack.js';
import { cellSlug, type ResultTable } from '../../../reports/html/page/table.js';
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
const dataOf = (html: string): { table: ResultTable } => {
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);
  return { table: unpacked(data.table) };
};

let html: string;
let hostile: string;
beforeAll(async () => {
  html = await renderReport(resultsOf());
  hostile = await renderReport(resultsOf({ hostile: true }));
});

describe('content', () => {
  it('comes in the order in which a reader asks', () => {
    const order = [...bodyOf(html).matchAll(/<(?:section|details class="fold[^"]*") id="([\w-]+)"/g)].map(
      (match) => match[1],
    );
    expect(order).toEqual([
      'verdict',
      'matrix',
      'ratios',
      'distributions',
      'sequence',
      'phases',
      'memory',
      'scaling',
      'duel',
      'numbers',
      'validity',
      'unlike',
      'states',
      'parity',
      'configuration',
      'machine',
      'overhead',
      'method',
      'reproduce',
    ]);
  });

  it('has a sentence for each comparison, of many the later ones folded', async () => {
    const sentences = (page: string) => page.match(/<li data-group="\d+"><b>/g)!.length;
    expect(sentences(bodyOf(html))).toBe(5);
    const many = resultsOf();
    const groups = [0, 1, 2].flatMap((copy) =>
      many.groups.map((group) => ({ ...group, workload: `${group.workload}-${copy}` })),
    );
    const page = bodyOf(await renderReport({ ...many, groups }));
    expect(sentences(page)).toBe(15);
    expect(textOf(page)).toContain('7 more comparisons');
  });

  it('folds all but the first screen, each fold with a line that says what is in it', () => {
    const folds = [...bodyOf(html).matchAll(/<details class="fold[^>]*>\s*<summary>(.*?)<\/summary>/gs)];
    expect(folds).toHaveLength(16);
    for (const [, summary] of folds) expect(summary).toMatch(/<h2>[^<]+<\/h2> <span class="soft">[^<]+/);
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
    expect(text).toMatch(/devices in software.* tfjs\/wasm webgpu0 \(software\) 1 4\d\d µs/);
    expect(text).toContain('tfjs/wasm tfjs webgpu0 (software): SwiftShader, Dawn 1.2');
    expect(text).toContain('pytorch/cpu pytorch cpu: Example CPU @ 2.60GHz');
  });

  it('names latency and throughput where work is queued for a device, and neither elsewhere', async () => {
    const { manifest, events } = fixtureRun({ queued: { 'tfjs/wasm': 0.5 } });
    const page = await renderReport(analyse(manifest, events));
    const titles = 'Latency ÷ fastest Items/s: throughput, 8 submissions and one wait CPU time';
    expect(textOf(page)).toContain(titles);
    expect(textOf(page)).toMatch(/tfjs\/wasm cpu 3 4\d\d µs .*? 6\.\d+× .*? 4,[6-9]\d\d\/s/);
    expect(textOf(page)).toMatch(/onnxruntime\/cpu cpu 1 6\d µs \[\d+, \d+] 1× no queue/);
    expect(textOf(html)).toContain('Time per iteration ÷ fastest CPU time');
    expect(textOf(html)).not.toContain('submissions');
  });

  it('gives every cell that is not ok its reason, once for all cells of a target that have the same', () => {
    for (const { reason } of resultsOf().cells.filter(({ state }) => state !== 'ok')) {
      const escaped = reason.replaceAll('`', '&#x60;').replaceAll('=', '&#x3D;');
      expect(bodyOf(html)).toContain(escaped);
    }
    expect(textOf(html).match(/it has no LSTM layer/g)).toHaveLength(1);
  });

  it('has a place for the link to every cell', () => {
    const { table } = dataOf(html);
    for (const cell of table.cells.state.keys()) {
      expect(bodyOf(html).split(`id="${cellSlug(table, cell)}"`)).toHaveLength(2);
    }
  });

  it('leaves a target without any result out of the matrix, and says why once', () => {
    const [matrix] = /<table class="heat">.*?<\/table>/s.exec(html)!;
    expect(matrix).not.toContain('jax/cpu');
    expect(textOf(html)).toContain(
      'Without any result: jax/cpu , unavailable: its Python environment is not installed',
    );
  });

  it('holds no number for a cell that is not ok', () => {
    const { cells, targets } = dataOf(html).table;
    // In the first group slowpoke/js failed its audit after it had been timed.
    const timed = cells.state.findIndex(
      (state, cell) => state === 'wrong' && targets[cells.target[cell]!]!.name === 'slowpoke/js',
    );
    expect(timed).toBeGreaterThanOrEqual(0);
    for (const [cell, state] of cells.state.entries()) {
      const numbers = [cells.time, cells.medians, cells.marks, cells.turns, cells.percentiles].map(
        (column) => column[cell],
      );
      expect(numbers.every((own) => own === null || (own as unknown[]).length === 0)).toBe(state !== 'ok');
    }
  });

  it('has the quotient of two times beside a ratio that is another, and its explanation once', async () => {
    const { manifest, events } = fixtureRun();
    // The fastest was quicker in rounds that PyTorch did not take part in.
    const isOf = (event: RunEvent, target: string) =>
      'cell' in event && event.cell.endsWith(`b1:float32:cpu:${target}`);
    const changed = events.flatMap((event): RunEvent[] => {
      if (event.type !== 'turn' || event.round < 4) return [event];
      if (isOf(event, 'pytorch/cpu')) return [];
      return isOf(event, 'onnxruntime/cpu')
        ? [{ ...event, samplesNs: event.samplesNs.map((ns) => ns / 2) }]
        : [event];
    });
    const page = textOf(await renderReport(analyse(manifest, changed)));
    expect(page).toMatch(/the quotient of the times is \d\.\d\d×/);
    expect(page.match(/where their quotient is more than 10 % off the ratio/g)).toHaveLength(1);
    expect(textOf(html)).not.toContain('the quotient of the times is');
  });

  it('says what would decide what is open, once', async () => {
    const { manifest, events } = fixtureRun({ rounds: 4, plannedRounds: 4 });
    const page = textOf(await renderReport(analyse(manifest, events)));
    const { groups } = analyse(manifest, events);
    const isOpen = groups.some(({ comparisons }) => comparisons.some(({ furtherRounds }) => furtherRounds));
    expect(page.match(/--resume 20261123-142501-3fa9 --time \d+s/g) ?? []).toHaveLength(isOpen ? 1 : 0);
  });

  it('with few rounds shows times without intervals and claims no order', async () => {
    const few = textOf(await renderReport(resultsOf({ rounds: 2, plannedRounds: 8, ending: 'interrupted' })));
    expect(few).toContain('2 of 8 planned rounds finished. The run was interrupted');
    expect(few).toContain(
      'Too few rounds to tell targets apart (3 are needed); in these, onnxruntime/cpu comes first',
    );
    expect(few).not.toMatch(/cpu is fastest/);
    // One more of 66 s each, with the start of its processes.
    expect(few).toContain('npm run bench -- --resume 20261123-142501-3fa9 --time 90s');
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
    expect(dataOf(hostile).table.targets.some(({ name }) => name === hostileTarget)).toBe(true);
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
  /** The made-up run so many times, each with workloads of its own. */
  function copies(count: number): RunResults {
    const one = resultsOf({ hostile: true });
    const each = <Item extends { workload: string }>(items: readonly Item[]) =>
      Array.from({ length: count }, (_, copy) =>
        items.map((item) => ({ ...item, workload: `${item.workload}-${copy}` })),
      ).flat();
    return { ...one, cells: each(one.cells), groups: each(one.groups) };
  }

  it('of 120 cells stays within 900 kB', async () => {
    const results = copies(3);
    expect(results.cells.length).toBeGreaterThanOrEqual(120);
    expect(Buffer.byteLength(await renderReport(results))).toBeLessThan(900_000);
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
    const tables = body.match(/<table\b/g)!;
    expect(body.match(/<table[^>]*>\s*<caption>[^<]+<\/caption>/g)).toHaveLength(tables.length);
    expect(body.match(/<svg/g)).toHaveLength(1);
    expect(body).toMatch(
      /class="chart" role="img" aria-label="Time of every target[^"]+" data-chart="ratios"><svg/,
    );
  });

  it('text on the hottest cell keeps its contrast in both themes', async () => {
    const [theme, matrix] = await Promise.all(
      ['theme', 'matrix'].map((name) =>
        readFile(join(projectRoot, `reports/html/templates/${name}.css`), 'utf8'),
      ),
    );
    const tints = [...matrix!.matchAll(/--tint: (\d+)%/g)].map((match) => Number(match[1]) / 100);
    expect(Math.max(...tints)).toBeGreaterThan(0.5);
    for (const [, colours] of theme!.matchAll(/\{([^{}]*--paper:[^{}]*)\}/g)) {
      const colour = (name: string) => new RegExp(`--${name}: (#\\w{6})`).exec(colours!)![1]!;
      for (const direction of ['fast', 'slow']) {
        const ground = mixed(colour(direction), colour('paper'), Math.max(...tints));
        expect([direction, contrast(colour('ink'), ground) >= 4.5]).toEqual([direction, true]);
      }
    }
  });

  it('colours keep their contrast in both themes', async () => {
    const css = await readFile(join(projectRoot, 'reports/html/templates/theme.css'), 'utf8');
    const themes = [...css.matchAll(/\{([^{}]*--paper:[^{}]*)\}/g)].slice(0, 3);
    expect(themes).toHaveLength(3);
    for (const [, theme] of themes) {
      const colour = (name: string) => new RegExp(`--${name}: (#\\w{6})`).exec(theme!)![1]!;
      for (const ground of ['paper', 'panel'].map(colour)) {
        for (const name of ['ink', 'ink-soft', 'link', 'good', 'warn', 'bad']) {
          expect([name, contrast(colour(name), ground) >= 4.5]).toEqual([name, true]);
        }
        for (const name of [
          'line',
          'fast',
          'slow',
          ...Array.from({ length: 8 }, (_, index) => `series-${index + 1}`),
        ]) {
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

/** As `color-mix(in srgb, …)` mixes them. */
function mixed(first: string, second: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [first, second].map((one) => Number.parseInt(one.slice(at, at + 2), 16));
    return Math.round(share * a! + (1 - share) * b!);
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
