/** One process a point: its median, above a thinned strip of its iterations. */
import type { TopLevelSpec } from 'vega-lite';
import { percentileShares } from '../../analyse/cells.js';
import { keptTurns, roundMediansNs } from '../../analyse/estimates.js';
import type { OkCell } from '../../analyse/groups.js';
import { duration, inline, onceInThreeDigits } from '../../text.js';
import { base, logScale, targetAxis, timeAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { thinned } from '../thin.js';

const spec: TopLevelSpec = {
  ...base,
  height: { step: 34 },
  encoding: { y: targetAxis },
  layer: [
    {
      transform: [{ filter: "datum.kind === 'iteration'" }],
      mark: { type: 'tick', thickness: 1, opacity: 0.45, color: 'var(--ink-soft)', height: 20 },
      encoding: { x: { field: 'ns', type: 'quantitative', scale: logScale, axis: timeAxis } },
    },
    {
      transform: [{ filter: "datum.kind === 'round'" }],
      mark: { type: 'point', filled: true, size: 55, opacity: 0.9, color: 'var(--series-1)' },
      encoding: {
        x: { field: 'ns', type: 'quantitative' },
        tooltip: [{ field: 'target' }, { field: 'text', title: 'median of the round' }, { field: 'round' }],
      },
    },
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'rounds',
  place: 3,
  importance: 'essential',
  section: {
    id: 'distributions',
    title: 'Distributions by process',
    shortTitle: 'Distributions',
    text: 'Each point is one process: the median of its iterations in one round. The thin marks are single iterations, a few of each target, evenly chosen. Intervals rest on the points, not on the marks.',
  },
  spec,
  draw: ({ cells, title, marks }) => ({
    description: `Median time of each process, above single iterations: ${title}`,
    rows: rowsOf(cells, marks),
    table: tableOf(title, cells),
  }),
};
export default chart;

function rowsOf(cells: readonly OkCell[], marks: number): Row[] {
  return cells.flatMap(({ target, samples }) => {
    const iterations = thinned(
      samples.flatMap((turn) => turn.samplesNs),
      marks,
    );
    return [
      // A logarithmic axis has no place for a clock that did not move.
      ...iterations.map((ns) => ({ target, kind: 'iteration', ns: Math.max(1, Math.round(ns)) })),
      ...[...roundMediansNs(samples)].map(([round, ns]) => ({
        target,
        kind: 'round',
        ns: Math.round(ns),
        round: round + 1,
        text: onceInThreeDigits(ns),
      })),
    ];
  });
}

/** A percentile that its samples do not support with an interval is not printed. */
function tableOf(title: string, cells: readonly OkCell[]): Table {
  return {
    caption: `Single iterations of all processes, with 95 % intervals: ${title}`,
    head: ['Target', ...percentileShares.map((share) => `p${100 * share}`), 'Samples', 'Processes'],
    rows: cells.map(({ target, samples, metrics }) => ({
      heading: target,
      cells: [
        ...percentileShares.map((share) => {
          const found = metrics.percentilesNs.find((percentile) => percentile.share === share);
          return found ? number(inline(duration(found))) : { text: 'too few independent samples' };
        }),
        number(String(keptTurns(samples).reduce((sum, turn) => sum + turn.samplesNs.length, 0))),
        number(String(new Set(samples.map((turn) => turn.round)).size)),
      ],
    })),
  };
}
