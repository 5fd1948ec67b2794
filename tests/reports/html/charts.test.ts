import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { sweepsOf } from '../../../reports/analyse/scaling.js';
import type { GroupChart, Row } from '../../../reports/html/chart.js';
import { discoverCharts } from '../../../reports/html/discover.js';
import { drawSpec, pageSpec } from '../../../reports/html/draw.js';
import { renderReport } from '../../../reports/html/index.js';
import { firstChoice } from '../../../reports/html/page/choice.js';
import { type Referenced, resolved } from '../../../reports/html/page/references.js';
import { sceneOf } from '../../../reports/html/page/scene.js';
import { panelsOf, sweepSpec } from '../../../reports/html/sweep-chart.js';
import { thinned } from '../../../reports/html/thin.js';
import { drawnBeforehand, specsOf } from '../../../reports/html/view/figures.js';
import { referenced } from '../../../reports/html/view/references.js';
import { tableOf } from '../../../reports/html/view/table.js';
import { fixtureRun, hostileTarget } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const { manifest, events } = fixtureRun({ hostile: true });
const results = analyse(manifest, events);
const table = tableOf(results, 40);
const scene = sceneOf(table, firstChoice)!;
const names = scene.cells.map((cell) => table.targets[table.cells.target[cell]!]!.name);
const found = await discoverCharts();
const charts = found.map(({ chart }) => chart);
const groupCharts = charts.filter((chart) => chart.of === 'group');
const sweepCharts = charts.filter((chart) => chart.of === 'sweep');

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

describe.each(groupCharts)('$kind', (chart) => {
  const { rows, table: numbers, spec } = chart.draw(scene)!;

  it('compiles every specification without a complaint', () => {
    for (const one of Object.values(chart.specs)) expect(complaintsOf(one, rows)).toEqual([]);
  });

  it('draws every target, hostile names as text, in colours that follow the theme', async () => {
    const svg = await drawSpec(chart.specs[spec]!, rows);
    expect(svg).toMatch(/^<svg [^>]*viewBox="[\d. ]+"/);
    expect(svg).not.toMatch(/^<svg [^>]* height=/);
    for (const target of names.filter((name) => name !== hostileTarget)) expect(svg).toContain(`>${target}<`);
    expect(svg).toContain('&lt;/script&gt;&lt;img');
    expect(svg).not.toContain('<img');
    expect(svg).toContain('var(--');
    expect(svg).not.toContain('NaN');
    expect(svg.length).toBeLessThan(60_000);
  });

  it('has marks of each target, every field that the drawing names, and a table beside it', () => {
    expect(new Set(rows.map(({ target }) => target))).toEqual(new Set(names));
    for (const row of rows) {
      for (const value of Object.values(row)) expect(value === null || value === undefined).toBe(false);
    }
    for (const { cells: columns } of numbers.rows) expect(columns).toHaveLength(numbers.head.length - 1);
  });
});

it('a target has one colour and one shape in all charts that show them', () => {
  const looks = new Map<unknown, Set<string>>();
  for (const chart of groupCharts.filter(({ kind }) => ['ratios', 'rounds'].includes(kind))) {
    for (const { target, colour, shape } of chart.draw(scene)!.rows) {
      if (colour) looks.set(target, (looks.get(target) ?? new Set()).add(`${colour} ${shape}`));
    }
  }
  expect(looks.size).toBe(names.length);
  for (const found of looks.values()) expect(found.size).toBe(1);
});

describe.each(sweepCharts)('$kind of a sweep', (chart) => {
  const swept = analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>));
  const [sweep] = sweepsOf(swept);
  const { rows: made, spec } = chart.draw({
    results: swept,
    sweep: sweep!,
    among: sweep!,
    title: 'threads',
  })!;

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

describe('ratios', () => {
  const ratios = groupCharts.find(({ kind }) => kind === 'ratios')!;
  const against = (baseline: string) =>
    ratios.draw(
      sceneOf(table, { ...firstChoice, baseline: table.targets.findIndex(({ name }) => name === baseline) })!,
    )!;
  const standing = (baseline: string, target: string) =>
    against(baseline).rows.find((row) => row.target === target)?.standing;

  it('are against the fastest, and against each target that a reader may choose', () => {
    expect(ratios.draw(scene)!.rows).toEqual(against('onnxruntime/cpu').rows);
    expect(against('onnxruntime/cpu').rows[0]).toMatchObject({
      target: 'onnxruntime/cpu',
      ratio: 1,
      standing: 'baseline',
    });
    expect(standing('pytorch/cpu', 'onnxruntime/cpu')).toBe('faster');
    expect(standing('pytorch/cpu', 'tfjs/js')).toBe('slower');
  });

  it('come in the order of what is shown', () => {
    const values = against('tfjs/wasm').rows.map(({ ratio }) => Number(ratio));
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('have a logarithmic axis over more than a decade, and one from zero otherwise', () => {
    expect(against('onnxruntime/cpu').spec).toBe('log');
    const near = { ...scene, cells: scene.cells.slice(0, 2) };
    const { spec, rows } = ratios.draw(near)!;
    expect(spec).toBe('linear');
    expect(rows.map(({ start }) => start)).toEqual([0, 0]);
  });

  it('are not drawn of a single target, nor without a baseline', () => {
    expect(ratios.draw({ ...scene, cells: scene.cells.slice(0, 1) })).toBeNull();
    expect(ratios.draw({ ...scene, baseline: undefined })).toBeNull();
  });
});

it('a sweep of many targets is drawn in panels of a few lines with one scale, and no line is lost', () => {
  const [sweep] = sweepsOf(analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>)));
  const many = Array.from({ length: 15 }, (_, index) => ({ ...sweep!.lines[0]!, target: `t/${index}` }));
  const panels = panelsOf({
    ...sweep!,
    lines: [...many, { target: 'none', points: [], missing: new Map() }],
  });
  expect(panels.map(({ lines }) => lines.length)).toEqual([5, 5, 6]);
  expect(new Set(panels.flatMap(({ lines }) => lines.map(({ target }) => target))).size).toBe(16);
  expect(panelsOf(sweep!)).toEqual([sweep]);
});

it('a chart is one file: the page has its section, its specification and what draws it, in its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-chart-'));
  try {
    writeFileSync(
      join(folder, 'samples.js'),
      `const chart = {
        of: 'group',
        kind: 'samples',
        place: 4.5,
        section: { id: 'samples', title: 'How many samples', summary: 'of each', text: 'Iterations of each target.' },
        specs: {
          bars: {
            $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
            data: { name: 'rows' },
            mark: 'bar',
            encoding: { x: { field: 'count', type: 'quantitative' }, y: { field: 'target', type: 'nominal' } },
          },
        },
        draw: ({ cells, table, title }) => ({
          spec: 'bars',
          description: 'Samples: ' + title,
          rows: cells.map((cell) => ({ target: String(cell), count: table.cells.samples[cell] })),
          table: { caption: 'Samples of ' + title, head: ['Target', 'Samples'], rows: [] },
        }),
      };
export default chart;
      `,
    );
    const [own] = await discoverCharts(folder);
    const { chart } = own!;
    const all = [...found, own!].sort((a, b) => a.chart.place - b.chart.place);
    const html = await renderReport(results, all);
    const sections = [...html.matchAll(/<details class="fold[^"]*" id="([\w-]+)"/g)].map((match) => match[1]);
    expect(sections.indexOf('samples')).toBe(sections.indexOf('sequence') + 1);
    expect(html).toContain('<h2>How many samples</h2>');
    expect(html).toMatch(/description:"Samples: "\+\w+/);
    const drawn = specsOf(groupCharts.concat(chart as GroupChart));
    expect(embeddedSpecs(html)).toEqual(JSON.parse(JSON.stringify(drawn)));
    expect(embeddedSpecs(html)).toMatchObject({ samples: { bars: { marks: expect.any(Array) } } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What the page's script draws from, read out of the minified script as the page would. */
function embeddedSpecs(html: string): unknown {
  const from = html.indexOf('{whole:{');
  expect(from).toBeGreaterThan(0);
  for (let to = html.indexOf('}', from); to > 0; to = html.indexOf('}', to + 1)) {
    const text = html.slice(from, to + 1);
    if (text.split('{').length === text.split('}').length)
      return resolved(JSON.parse(runInNewContext(`JSON.stringify(${text})`) as string) as Referenced);
  }
  throw new Error('the specifications do not end');
}

it('names of targets are whole in what is drawn beforehand, and have the room that they need', async () => {
  const long = 'onnxruntime/webgpu@browser-worker';
  const renamed = fixtureRun();
  const text = (value: unknown) => JSON.stringify(value).replaceAll('tfjs/wasm', long);
  const run = analyse(
    JSON.parse(text(renamed.manifest)) as typeof renamed.manifest,
    JSON.parse(text(renamed.events)) as typeof renamed.events,
  );
  const ratios = groupCharts.find(({ kind }) => kind === 'ratios')!;
  const { svg } = (await drawnBeforehand(ratios, tableOf(run, 40)))!;
  expect(svg).toContain(`>${long}<`);
  expect(svg).not.toContain('…');
  // What is left of the plot is as wide as the name in the font of the page, with the ends of its letters.
  const [, width, left] = /viewBox="0 0 ([\d.]+) [\d.]+"[^>]*><g[^>]*transform="translate\(([\d.]+),/.exec(
    svg,
  )!;
  expect(Number(left)).toBeGreaterThan(0.55 * 12 * long.length);
  expect(Number(left)).toBeLessThan(Number(width) / 2);
});

describe('thinning', () => {
  it('keeps order and spread, and everything where it fits', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index);
    expect(thinned(values, 4)).toEqual([125, 375, 625, 875]);
    expect(thinned([1, 2], 4)).toEqual([1, 2]);
  });

  it('bounds the marks and the turns of a cell, and no round', () => {
    const { cells } = tableOf(results, 6);
    for (const [cell, marks] of cells.marks.entries()) {
      expect(marks.length).toBeLessThanOrEqual(6);
      expect(cells.turns[cell]!.length).toBeLessThanOrEqual(6);
      expect(cells.medians[cell]).toEqual(table.cells.medians[cell]);
    }
  });
});

describe('the specification of a page', () => {
  const swept = analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>));
  const sweeps = [...sweepsOf(results), ...sweepsOf(swept)];
  const specs = sweepCharts.flatMap((chart) =>
    sweeps.flatMap((sweep) =>
      panelsOf({ ...sweep, lines: sweep.lines.flatMap((line) => [line, line]) }).flatMap(
        (panel) => chart.draw({ results: swept, sweep: panel, among: sweep, title: 'x' })?.spec ?? [],
      ),
    ),
  );

  it('is what Vega-Lite makes of it, though another one was compiled', () => {
    for (const other of specs) pageSpec(other);
    for (const spec of [...specs, ...groupCharts.flatMap((chart) => Object.values(chart.specs))]) {
      const wide = { ...spec, width: 'container', autosize: { type: 'fit-x', contains: 'padding' } };
      const whole = compile(wide as TopLevelSpec, { logger: quiet as never }).spec;
      expect(pageSpec(spec)).toEqual(whole);
    }
  });
});

it('of specifications that are alike what they have in common is written once, and none is changed', () => {
  const all = groupCharts.map(({ specs }) => Object.values(specs).map(pageSpec));
  const once = referenced({ all, again: all, none: null, text: 'x' });
  expect(resolved(JSON.parse(JSON.stringify(once)))).toEqual(
    JSON.parse(JSON.stringify({ all, again: all, none: null, text: 'x' })),
  );
  expect(JSON.stringify(once).length).toBeLessThan(JSON.stringify(all).length);
});

const quiet = {
  level: () => quiet,
  error: () => quiet,
  warn: () => quiet,
  info: () => quiet,
  debug: () => quiet,
};
