/** Ratio to the baseline with its interval, from a line at 1. */
import type { TopLevelSpec } from 'vega-lite';
import { inline, ratio as ratioQuantity } from '../../text.js';
import { base, logScale, targetAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { colourOf, lookOf } from '../page/look.js';
import { symbolOf } from '../page/matrix.js';
import { type Ratio, ratioOf, standingOf } from '../page/ratio.js';
import type { GroupScene } from '../page/scene.js';
import { targetOf } from '../page/table.js';

/** From this quotient of the largest to the smallest on, the axis is logarithmic. */
const decade = 10;

function specWith(scale: object, title: string): TopLevelSpec {
  const x = { field: 'ratio', type: 'quantitative' as const };
  const colour = { field: 'colour', type: 'nominal' as const, scale: null };
  return {
    ...base,
    height: { step: 26 },
    encoding: { y: targetAxis },
    layer: [
      {
        mark: { type: 'bar', height: 14, opacity: 0.35 },
        encoding: {
          x: { ...x, scale, axis: { title, tickCount: 6, format: '~g' } },
          x2: { field: 'start' },
          color: colour,
        },
      },
      {
        mark: { type: 'rule', color: 'var(--ink-soft)', strokeDash: [4, 3] },
        encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
      },
      {
        mark: { type: 'rule', strokeWidth: 3, strokeCap: 'round' },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, color: colour },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          x,
          color: colour,
          shape: { field: 'shape', type: 'nominal', scale: null },
          tooltip: [{ field: 'target' }, { field: 'text', title: 'ratio' }, { field: 'standing' }],
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 8 },
        encoding: { x: { value: 'width' }, text: { field: 'text' } },
      },
    ],
  };
}

const title = '× the time of the baseline';

const chart: GroupChart = {
  of: 'group',
  kind: 'ratios',
  place: 1,
  section: {
    id: 'ratios',
    title: 'Ratios with intervals',
    summary: 'each target against the baseline',
    text: 'Time of each target divided by the baseline’s, from the rounds in which both ran; to the right of the line is slower.',
  },
  specs: {
    linear: specWith({ zero: true, nice: false }, title),
    log: specWith({ ...logScale, padding: 8 }, `${title} (log scale)`),
  },
  draw(scene) {
    const { baseline, title } = scene;
    if (scene.cells.length < 2 || baseline === undefined) return null;
    const found = ratiosOf(scene, baseline);
    const ends = found.flatMap(({ ratio }) => [ratio.low ?? ratio.value, ratio.high ?? ratio.value]);
    const isLog = Math.max(...ends) / Math.min(...ends) >= decade;
    const against = targetOf(scene.table, baseline).name;
    return {
      spec: isLog ? 'log' : 'linear',
      description: `Time of every target ÷ that of ${against}, with intervals: ${title}`,
      rows: found.map(({ cell, ratio }) => rowOf(scene, cell, ratio, baseline, isLog ? 1 : 0)),
      table: tableOf(scene, found, baseline),
    };
  },
};
export default chart;

interface Found {
  readonly cell: number;
  readonly ratio: Ratio;
}

/** Sorted by what is shown. */
function ratiosOf({ table, cells }: GroupScene, baseline: number): Found[] {
  return cells
    .map((cell) => ({ cell, ratio: ratioOf(table, cell, baseline) }))
    .sort((a, b) => a.ratio.value - b.ratio.value);
}

function rowOf({ table }: GroupScene, cell: number, ratio: Ratio, baseline: number, start: number): Row {
  const { value, low, high } = ratio;
  const standing = standingOf(table, cell, baseline, ratio);
  const target = table.cells.target[cell] ?? 0;
  return {
    target: targetOf(table, cell).name,
    ratio: value,
    low: low ?? value,
    high: high ?? value,
    start,
    text: `${symbolOf(standing)} ${textOf(cell, ratio, baseline)}`,
    standing,
    colour: colourOf(target),
    shape: lookOf(target).shape,
  };
}

function textOf(cell: number, ratio: Ratio, baseline: number): string {
  return cell === baseline ? '1×' : inline(ratioQuantity(ratio));
}

function tableOf(scene: GroupScene, found: readonly Found[], baseline: number): Table {
  const { table, title } = scene;
  return {
    caption: `Against ${targetOf(table, baseline).name}: ${title}`,
    head: ['Target', 'Ratio', 'Common rounds', 'Decision'],
    rows: found.map(({ cell, ratio }) => ({
      heading: targetOf(table, cell).name,
      cells: [
        number(textOf(cell, ratio, baseline)),
        number(cell === baseline ? '' : String(ratio.rounds)),
        { text: standingOf(table, cell, baseline, ratio) },
      ],
    })),
  };
}
