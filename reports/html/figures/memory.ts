/** Highest resident set of each target. */
import type { TopLevelSpec } from 'vega-lite';
import type { OkCell } from '../../analyse/groups.js';
import { bytes } from '../../text.js';
import { base, targetAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';

const spec: TopLevelSpec = {
  ...base,
  height: { step: 26 },
  encoding: {
    y: targetAxis,
    x: { field: 'mebibytes', type: 'quantitative', axis: { title: 'MiB', tickCount: 5 } },
  },
  layer: [
    { mark: { type: 'bar', color: 'var(--series-1)', height: 14 } },
    { mark: { type: 'text', align: 'left', dx: 5 }, encoding: { text: { field: 'text' } } },
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'memory',
  place: 6,
  importance: 'useful',
  section: {
    id: 'memory',
    title: 'Memory',
    text: 'Highest resident set of a process that had loaded this cell only, after its warm-up; runtime and framework are in it.',
  },
  spec,
  draw: ({ cells, title }) => ({
    description: `Highest resident set of a process of its own: ${title}`,
    rows: cells.flatMap(rowOf),
    table: tableOf(title, cells),
  }),
};
export default chart;

function rowOf({ target, metrics: { peakRssBytes } }: OkCell): Row[] {
  if (peakRssBytes === null) return [];
  const { value } = peakRssBytes;
  return [{ target, mebibytes: Math.round(value / 2 ** 20), text: bytes(value) }];
}

function tableOf(title: string, cells: readonly OkCell[]): Table {
  return {
    caption: `Peak memory: ${title}`,
    head: ['Target', 'Peak resident set'],
    rows: cells.map(({ target, metrics }) => ({
      heading: target,
      cells: [number(metrics.peakRssBytes === null ? 'not known' : bytes(metrics.peakRssBytes.value))],
    })),
  };
}
