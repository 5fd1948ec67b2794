import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { isOk } from '../../../reports/analyse/groups.js';
import { type Sweep, sweepsOf } from '../../../reports/analyse/scaling.js';
import { drawChart, drawSpec } from '../../../reports/html/charts/draw.js';
import {
  intervalRows,
  memoryRows,
  phaseRows,
  type Row,
  roundRows,
  sequenceRows,
} from '../../../reports/html/charts/rows.js';
import { scalingRows, scalingSpec } from '../../../reports/html/charts/scaling.js';
import { type ChartKind, chartSpecs } from '../../../reports/html/charts/specs.js';
import { thinned, thinnedResults } from '../../../reports/html/thin.js';
import { fixtureRun, hostileTarget } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const { manifest, events } = fixtureRun({ hostile: true });
const results = analyse(manifest, events);
const cells = results.cells
  .filter(isOk)
  .filter((c) => c.workload === 'lenet5' && c.mode === 'inference' && c.batch === 1);
const [first] = cells;
const rows: Record<ChartKind, Row[]> = {
  intervals: intervalRows(cells, first!),
  rounds: roundRows(cells, 40),
  sequence: sequenceRows(cells, 40),
  phases: phaseRows(cells, results.targets),
  memory: memoryRows(cells),
};
const kinds = Object.keys(chartSpecs) as ChartKind[];

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

describe.each(kinds)('%s', (kind) => {
  it('compiles without a complaint', () => {
    expect(complaintsOf(chartSpecs[kind], rows[kind])).toEqual([]);
  });

  it('draws every target, hostile names as text, in colours that follow the theme', async () => {
    const svg = await drawChart(kind, rows[kind]);
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

  it('each target has one row of marks, and every field that the drawing names is there', () => {
    expect(new Set(rows[kind].map(({ target }) => target))).toEqual(
      new Set(cells.map(({ target }) => target)),
    );
    for (const row of rows[kind]) {
      for (const value of Object.values(row)) expect(value === null || value === undefined).toBe(false);
    }
  });
});

describe.each(['throughput', 'speed-up', 'efficiency'] as const)('%s of a sweep', (kind) => {
  const swept = analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>));
  const [sweep] = sweepsOf(swept);
  const made = scalingRows(kind, sweep!);
  const targets = swept.targets.map(({ target }) => target);
  const spec = scalingSpec(kind, sweep!, made, targets);

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
    expect(ideal).toEqual({ throughput: [], 'speed-up': [1, 2], efficiency: [1, 1] }[kind]);
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
  const sweep = { axis: 'threads', values: [1, 2], lines: [] } as unknown as Sweep;
  const text = JSON.stringify(scalingSpec('throughput', sweep, made, many));
  const rangeOf = (channel: string) =>
    JSON.parse(
      new RegExp(
        `"${channel}":\\{[^}]*"legend":[^}]*},"scale":{"domain":[^\\]]*],"range":(\\[[^\\]]*])`,
      ).exec(text)![1]!,
    ) as string[];
  const [colours, shapes] = [rangeOf('color'), rangeOf('shape')];
  expect(new Set(colours.map((colour, index) => `${colour} ${shapes[index]}`)).size).toBe(15);
});

describe('rows', () => {
  it('the baseline is at 1, and the others are on the side where they belong', () => {
    expect(rows.intervals.find(({ target }) => target === first!.target)).toMatchObject({
      ratio: 1,
      standing: 'baseline',
    });
    const other = cells.find(({ target }) => target === 'pytorch/cpu')!;
    const turned = intervalRows(cells, other);
    expect(turned.find(({ target }) => target === 'onnxruntime/cpu')?.standing).toBe('faster');
    expect(turned.find(({ target }) => target === 'tfjs/js')?.standing).toBe('slower');
  });

  it('equal targets are not told apart', () => {
    const convnet = cells.find(({ target }) => target === 'convnetjs/js')!;
    const row = intervalRows(cells, convnet).find(({ target }) => target === 'tfjs/js');
    expect(row?.standing).toBe('not told apart');
  });
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
