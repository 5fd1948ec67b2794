/** One process a point: its median, above a thinned strip of its iterations and their percentiles. */
import type { TopLevelSpec } from 'vega-lite';
import { duration, inline, onceInThreeDigits } from '../../text.js';
import { base, logScale, targetAxis, timeAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { boundsOf } from '../page/detail.js';
import { colourOf, lookOf } from '../page/look.js';
import type { GroupScene } from '../page/scene.js';
import { item, type Numbers, targetOf } from '../page/table.js';

/** The name of a percentile and the line of its interval, above the points or below them. */
function percentileLayers(kind: string, side: 1 | -1) {
  const transform = [{ filter: `datum.kind === '${kind}'` }];
  return [
    {
      transform,
      mark: { type: 'rule' as const, strokeWidth: 2, yOffset: 11 * side, color: 'var(--ink-soft)' },
      encoding: { x: { field: 'low', type: 'quantitative' as const }, x2: { field: 'high' } },
    },
    {
      transform,
      mark: { type: 'text' as const, dy: 17 * side, fontSize: 10, color: 'var(--ink)' },
      encoding: {
        x: { field: 'ns', type: 'quantitative' as const },
        text: { field: 'name' },
        tooltip: [{ field: 'target' }, { field: 'name' }, { field: 'text', title: 'with its 95 % interval' }],
      },
    },
  ];
}

const spec: TopLevelSpec = {
  ...base,
  height: { step: 46 },
  encoding: { y: targetAxis },
  layer: [
    {
      transform: [{ filter: "datum.kind === 'iteration'" }],
      mark: { type: 'tick', thickness: 1, opacity: 0.45, color: 'var(--ink-soft)', height: 20 },
      encoding: { x: { field: 'ns', type: 'quantitative', scale: logScale, axis: timeAxis } },
    },
    {
      transform: [{ filter: "datum.kind === 'round'" }],
      mark: { type: 'point', filled: true, size: 55, opacity: 0.9 },
      encoding: {
        x: { field: 'ns', type: 'quantitative' },
        color: { field: 'colour', type: 'nominal', scale: null },
        shape: { field: 'shape', type: 'nominal', scale: null },
        tooltip: [{ field: 'target' }, { field: 'text', title: 'median of the round' }, { field: 'round' }],
      },
    },
    ...percentileLayers('tail', -1),
    ...percentileLayers('median', 1),
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'rounds',
  place: 3,
  section: {
    id: 'distributions',
    title: 'Distributions by process',
    summary: 'each process a point, with p50, p90 and p99',
    text: 'Each point is one process: the median of its iterations in one round. The thin marks are single iterations, a few of each target, evenly chosen; p90 and p99 of all iterations stand above and p50 below, each with the line of its 95 % interval, where the samples support them. Intervals of times and ratios rest on the points, not on the marks.',
  },
  specs: { strips: spec },
  draw: (scene) => ({
    spec: 'strips',
    description: `Median time of each process, above single iterations: ${scene.title}`,
    rows: scene.cells.flatMap((cell) => rowsOf(scene, cell)),
    table: tableOf(scene),
  }),
};
export default chart;

const shares = [0.1, 0.5, 0.9, 0.99];

function rowsOf({ table: { cells, ...table } }: GroupScene, cell: number): Row[] {
  const place = item(cells.target, cell);
  const { name: target } = item(table.targets, place);
  const [colour, shape] = [colourOf(place), lookOf(place).shape];
  const rounds = item(cells.rounds, cell);
  return [
    // A logarithmic axis has no place for a clock that did not move.
    ...item(cells.marks, cell).map((ns) => ({ target, kind: 'iteration', ns: Math.max(1, ns) })),
    ...item(cells.medians, cell).map((ns, index) => ({
      target,
      kind: 'round',
      ns,
      round: item(rounds, index) + 1,
      text: onceInThreeDigits(ns),
      colour,
      shape,
    })),
    ...item(cells.percentiles, cell).flatMap(([share, ...found]) =>
      share < 0.5 ? [] : [percentileRow(target, share, found)],
    ),
  ];
}

/** The median has a side of its own: its name would lie on the next one's. */
function percentileRow(target: string, share: number, found: Numbers): Row {
  const { value, low, high } = boundsOf(found);
  const text = inline(duration({ value, low, high }));
  return {
    target,
    kind: share > 0.5 ? 'tail' : 'median',
    name: `p${100 * share}`,
    ns: Math.max(1, value),
    low: Math.max(1, low ?? value),
    high: Math.max(1, high ?? value),
    text,
  };
}

/** A percentile that its samples do not support with an interval is not printed. */
function tableOf({ table, title, cells }: GroupScene): Table {
  return {
    caption: `Single iterations of all processes, with 95 % intervals: ${title}`,
    head: ['Target', ...shares.map((share) => `p${100 * share}`), 'Samples', 'Processes'],
    rows: cells.map((cell) => ({
      heading: targetOf(table, cell).name,
      cells: [
        ...shares.map((share) => {
          const found = item(table.cells.percentiles, cell).find(([known]) => known === share);
          if (!found) return { text: 'too few independent samples' };
          const [, ...numbers] = found;
          return number(inline(duration(boundsOf(numbers))));
        }),
        number(String(item(table.cells.samples, cell))),
        number(String(item(table.cells.rounds, cell).length)),
      ],
    })),
  };
}
