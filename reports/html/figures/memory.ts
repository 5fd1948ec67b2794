/** Highest resident set of each target. */
import type { TopLevelSpec } from 'vega-lite';
import { bytes } from '../../text.js';
import { base, targetAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { colourOf } from '../page/look.js';
import type { GroupScene } from '../page/scene.js';
import { item, targetOf } from '../page/table.js';

const spec: TopLevelSpec = {
  ...base,
  height: { step: 26 },
  encoding: {
    y: targetAxis,
    x: { field: 'mebibytes', type: 'quantitative', axis: { title: 'MiB', tickCount: 5 } },
  },
  layer: [
    {
      mark: { type: 'bar', height: 14 },
      encoding: { color: { field: 'colour', type: 'nominal', scale: null } },
    },
    { mark: { type: 'text', align: 'left', dx: 5 }, encoding: { text: { field: 'text' } } },
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'memory',
  place: 6,
  section: {
    id: 'memory',
    title: 'Memory',
    summary: 'highest resident set of each',
    text: 'Highest resident set of a process that had loaded this cell only, after its warm-up; runtime and framework are in it.',
  },
  specs: { bars: spec },
  draw: (scene) => ({
    spec: 'bars',
    description: `Highest resident set of a process of its own: ${scene.title}`,
    rows: scene.cells.flatMap((cell) => rowOf(scene, cell)),
    table: tableOf(scene),
  }),
};
export default chart;

function rowOf({ table }: GroupScene, cell: number): Row[] {
  const peak = item(table.cells.peakBytes, cell);
  if (peak === null) return [];
  const colour = colourOf(item(table.cells.target, cell));
  return [
    { target: targetOf(table, cell).name, mebibytes: Math.round(peak / 2 ** 20), text: bytes(peak), colour },
  ];
}

function tableOf({ table, title, cells }: GroupScene): Table {
  return {
    caption: `Peak memory: ${title}`,
    head: ['Target', 'Peak resident set'],
    rows: cells.map((cell) => {
      const peak = item(table.cells.peakBytes, cell);
      return {
        heading: targetOf(table, cell).name,
        cells: [number(peak === null ? 'not known' : bytes(peak))],
      };
    }),
  };
}
