import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { isOk } from '../../../reports/analyse/groups.js';
import { sweepsOf } from '../../../reports/analyse/scaling.js';
import type { Drawing, GroupScene, Row } from '../../../reports/html/chart.js';
import { discoverCharts } from '../../../reports/html/discover.js';
import { drawSpec } from '../../../reports/html/draw.js';
import { renderReport } from '../../../reports/html/index.js';
import { sweepSpec } from '../../../reports/html/sweep-chart.js';
import { thinned, thinnedResults } from '../../../reports/html/thin.js';
import { fixtureRun, hostileTarget } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const { manifest, events } = fixtureRun({ hostile: true });
const results = analyse(manifest, events);
const group = results.groups.find((g) => g.workload === 'lenet5' && g.mode === 'inference' && g.batch === 1)!;
const ok = results.cells
  .filter(isOk)
  .filter((c) => c.workload === 'lenet5' && c.mode === 'inference' && c.batch === 1);
const cells = group.ranking.map(({ target }) => ok.find((c) => c.target === target)!);
const scene: GroupScene = {
  results,
  group,
  title: 'lenet5',
  cells: cells as [(typeof cells)[0], ...typeof cells],
  marks: 40,
};
const charts = await discoverCharts();
const groupCharts = charts.filter((chart) => chart.of === 'group');
const sweepCharts = charts.filter((chart) => chart.of === 'sweep');
const drawn = new Map<string, Drawing>(groupCharts.map((chart) => [chart.kind, chart.draw(scene)!]));

function complaintsOf(spec: TopLevelSpec, drawn: readonly Row[]): string[] {
  const complaints: string[] = [];
  const note = (...said: readonly unknown[]) => {
    complaints.push(said.join(' '));
    return logger;
  };
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
  compile({ ...spec, datasets: { rows: [...drawn] } }, { logger: logger as never });
  return complaints;
}

describe.each(groupCharts)('$kind', ({ kind, spec }) => {
  const { rows, table } = drawn.get(kind)!;

  it('compiles without a complaint', () => {
    expect(complaintsOf(spec, rows)).toEqual([]);
  });

  it('draws every target, hostile names as text, in colours that follow the theme', async () => {
    const svg = await drawSpec(spec, rows);
    expect(svg).toMatch(/^<svg [^>]*viewBox="[\d. ]+"/);
    expect(svg).not.toMatch(/^<svg [^>]* (width|height)=/);
    for (const { target } of cells.filter((cell) => cell.target !== hostileTarget))
      expect(svg).toContain(`>${target}<`);
    expect(svg).toContain('&lt;/script&gt;&lt;img');
    expect(svg).not.toContain('<img');
    expect(svg).toContain('var(--');
    expect(svg).not.toContain('NaN');
    expect(svg.length).toBeLessThan(60_000);
  });

  it('has marks of each target, every field that the drawing names, and a table beside it', () => {
    expect(new Set(rows.map(({ target }) => target))).toEqual(new Set(cells.map(({ target }) => target)));
    for (const row of rows) {
      for (const value of Object.values(row)) expect(value === null || value === undefined).toBe(false);
    }
    for (const { cells: columns } of table.rows) expect(columns).toHaveLength(table.head.length - 1);
  });
});

describe.each(sweepCharts)('$kind of a sweep', (chart) => {
  const swept = analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>));
  const [sweep] = sweepsOf(swept);
  const { rows: made, spec } = chart.draw({ results: swept, sweep: sweep!, title: 'threads' })!;

  it('compiles without a complaint, and draws those with a result', async () => {
    expect(complaintsOf(spec, made)).toEqual([]);
    const svg = await drawSpec(spec, made);
    for (const { target, points } of sweep!.lines)
      expect(svg.includes(`>${target}<`)).toBe(points.length > 0);
    expect(svg).toContain('>threads (log scale)<');
    expect(svg).not.toContain('NaN');
    expect(svg.length).toBeLessThan(30_000);
  });

  it('has the ideal beside what it is held against', () => {
    const ideal = made.filter((row) => row.kind === 'ideal').map(({ value }) => value);
    expect(ideal).toEqual({ throughput: [], 'speed-up': [1, 2], efficiency: [1, 1] }[chart.kind]);
    for (const { low, value, high } of made.filter((row) => row.kind === 'measured')) {
      expect(Number(low)).toBeLessThanOrEqual(Number(value));
      expect(Number(high)).toBeGreaterThanOrEqual(Number(value));
    }
  });
});

it('of more targets than colours, no two look the same', () => {
  const many = Array.from({ length: 15 }, (_, index) => `t/${index}`);
  const made = many.flatMap((target) =>
    [1, 2].map((at) => ({ kind: 'measured', target, at, value: 1, low: 1, high: 1 })),
  );
  const quantity = { scaleOf: () => ({}), tooltip: '' } as unknown as Parameters<typeof sweepSpec>[0];
  const text = JSON.stringify(sweepSpec(quantity, { axis: 'threads', values: [1, 2] }, made, many));
  const rangeOf = (channel: string) =>
    JSON.parse(
      new RegExp(
        `"${channel}":\\{[^}]*"legend":[^}]*},"scale":{"domain":[^\\]]*],"range":(\\[[^\\]]*])`,
      ).exec(text)![1]!,
    ) as string[];
  const [colours, shapes] = [rangeOf('color'), rangeOf('shape')];
  expect(new Set(colours.map((colour, index) => `${colour} ${shapes[index]}`)).size).toBe(15);
});

describe('intervals', () => {
  const { rows, rowsByBaseline } = drawn.get('intervals')!;
  const standing = (baseline: string, target: string) =>
    rowsByBaseline!.get(baseline)!.find((row) => row.target === target)?.standing;

  it('are against the fastest, and against each target that a reader may choose', () => {
    // Drawing leaves marks of its own on the rows.
    expect(JSON.stringify(rows)).toBe(JSON.stringify(rowsByBaseline!.get('onnxruntime/cpu')));
    expect(rows.find(({ target }) => target === 'onnxruntime/cpu')).toMatchObject({
      ratio: 1,
      standing: 'baseline',
    });
    expect(standing('pytorch/cpu', 'onnxruntime/cpu')).toBe('faster');
    expect(standing('pytorch/cpu', 'tfjs/js')).toBe('slower');
  });

  it('of equal targets decide nothing', () => {
    expect(standing('convnetjs/js', 'tfjs/js')).toBe('undecided');
  });
});

it('a chart is one file: the page has its section, link, drawing and table, in its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-chart-'));
  try {
    writeFileSync(
      join(folder, 'samples.js'),
      `export default {
        of: 'group',
        kind: 'samples',
        place: 4.5,
        importance: 'essential',
        section: { id: 'samples', title: 'How many samples', text: 'Iterations of each target.' },
        spec: {
          $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
          data: { name: 'rows' },
          mark: 'bar',
          encoding: { x: { field: 'count', type: 'quantitative' }, y: { field: 'target', type: 'nominal' } },
        },
        draw: ({ cells, title }) => ({
          description: 'Samples: ' + title,
          rows: cells.map(({ target, metrics }) => ({ target, count: metrics.samples })),
          table: {
            caption: 'Samples of ' + title,
            head: ['Target', 'Samples'],
            rows: cells.map(({ target, metrics }) => ({
              heading: target,
              cells: [{ text: String(metrics.samples), numeric: true }],
            })),
          },
        }),
      };`,
    );
    const all = [...charts, ...(await discoverCharts(folder))].sort((a, b) => a.place - b.place);
    const html = await renderReport(results, all);
    const sections = [...html.matchAll(/<section id="(\w+)"/g)].map((match) => match[1]);
    expect(sections.slice(sections.indexOf('sequence'))).toEqual(
      expect.arrayContaining(['sequence', 'samples', 'phases']),
    );
    expect(sections.indexOf('samples')).toBe(sections.indexOf('sequence') + 1);
    expect(html).toContain('<a href="#samples">How many samples</a>');
    const section = /<section id="samples".*?<\/section>/s.exec(html)![0];
    expect(section.match(/<svg/g)).toHaveLength(results.groups.length);
    expect(section).toContain('<caption>Samples of lenet5');
    const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);
    expect(data.rows['samples-0'][0].count).toBe(results.cells.find(isOk)!.metrics.samples);
    expect(data.specs.samples.mark).toBe('bar');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('thinning', () => {
  it('keeps order and spread, and everything where it fits', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index);
    expect(thinned(values, 4)).toEqual([125, 375, 625, 875]);
    expect(thinned([1, 2], 4)).toEqual([1, 2]);
  });

  it('bounds the samples of a cell', () => {
    for (const cell of thinnedResults(results, 60).cells) {
      const count = cell.samples.reduce((sum, turn) => sum + turn.samplesNs.length, 0);
      expect(count).toBeLessThanOrEqual(60);
    }
  });
});
