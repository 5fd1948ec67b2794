/** Every turn in the order of time, relative to its target's own median: drift shows as a slope common to all. */
import type { TopLevelSpec } from 'vega-lite';
import { median } from '../../../common/statistics/quantiles.js';
import { roundMediansNs } from '../../analyse/estimates.js';
import type { OkCell } from '../../analyse/groups.js';
import { once, onceInThreeDigits } from '../../text.js';
import { base } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { chartConfig, seriesColours, seriesShapes } from '../theme.js';
import { thinned } from '../thin.js';

const spec: TopLevelSpec = {
  ...base,
  config: { ...chartConfig, legend: { ...chartConfig.legend, columns: 3 } },
  height: 200,
  encoding: {
    x: { field: 'startS', type: 'quantitative', axis: { title: 'seconds since the run began' } },
    y: {
      field: 'relative',
      type: 'quantitative',
      scale: { zero: false, padding: 6 },
      axis: { title: 'turn ÷ own median', tickCount: 5, format: '.0%' },
    },
    detail: { field: 'target' },
  },
  layer: [
    { mark: { type: 'line', strokeWidth: 1, color: 'var(--line)', opacity: 0.6 } },
    {
      mark: { type: 'point', filled: true, size: 28, opacity: 0.9 },
      encoding: {
        color: { field: 'target', type: 'nominal', sort: null, scale: { range: seriesColours } },
        shape: { field: 'target', type: 'nominal', sort: null, scale: { range: seriesShapes } },
        tooltip: [
          { field: 'target' },
          { field: 'round' },
          { field: 'text', title: 'median of the turn' },
          { field: 'relative', format: '.1%', title: 'relative to its median' },
        ],
      },
    },
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'sequence',
  place: 4,
  importance: 'useful',
  section: {
    id: 'sequence',
    title: 'Run sequence',
    shortTitle: 'Sequence',
    text: 'Every turn in the order in which it was measured, relative to its target’s own median. A slope or step that all targets share is the machine’s, and cancels in the ratios.',
  },
  spec,
  draw: ({ cells, title, marks }) => ({
    description: `Turns in the order of time, relative to each target’s median: ${title}`,
    rows: rowsOf(cells, marks),
    table: tableOf(title, cells),
  }),
};
export default chart;

function rowsOf(cells: readonly OkCell[], marks: number): Row[] {
  return cells.flatMap(({ target, samples, metrics }) =>
    thinned(
      [...samples].sort((a, b) => a.startMs - b.startMs),
      marks,
    ).map((turn) => ({
      target,
      round: turn.round + 1,
      startS: Math.round(turn.startMs) / 1000,
      relative: Math.round((median(turn.samplesNs) / metrics.iterationNs.value) * 1e4) / 1e4,
      text: onceInThreeDigits(median(turn.samplesNs)),
    })),
  );
}

function tableOf(title: string, cells: readonly OkCell[]): Table {
  const medians = cells.map((cell) => roundMediansNs(cell.samples));
  const rounds = [...new Set(medians.flatMap((byRound) => [...byRound.keys()]))].sort((a, b) => a - b);
  return {
    caption: `Median of each round: ${title}`,
    head: ['Round', ...cells.map(({ target }) => target)],
    rows: rounds.map((round) => ({
      heading: String(round + 1),
      cells: medians.map((byRound) => {
        const ns = byRound.get(round);
        return number(ns === undefined ? '–' : once(ns));
      }),
    })),
  };
}
