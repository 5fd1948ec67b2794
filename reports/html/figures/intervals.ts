/** Ratio to the baseline with its interval, on a log axis around a line at 1. */
import type { TopLevelSpec } from 'vega-lite';
import type { Group } from '../../../common/run/results.js';
import { type Sampling, samplingOf } from '../../../common/statistics/sampling.js';
import { pairedRatio } from '../../analyse/estimates.js';
import type { OkCell } from '../../analyse/groups.js';
import { levelText } from '../../level-text.js';
import { groupTitle, inline, ratio } from '../../text.js';
import { base, logScale, targetAxis } from '../axes.js';
import { type GroupChart, number, type Row, type Table } from '../chart.js';
import { standingOf } from '../standing.js';

const standings = ['baseline', 'faster', 'slower', 'undecided'];

const spec: TopLevelSpec = {
  ...base,
  height: { step: 30 },
  encoding: { y: targetAxis },
  layer: [
    {
      mark: { type: 'rule', color: 'var(--ink-soft)', strokeDash: [4, 3] },
      encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
    },
    {
      mark: { type: 'rule', strokeWidth: 3, strokeCap: 'round' },
      encoding: {
        x: {
          field: 'low',
          type: 'quantitative',
          scale: { ...logScale, padding: 30 },
          axis: {
            title: '× the time of the baseline (log scale)',
            tickCount: 6,
            format: '~g',
          },
        },
        x2: { field: 'high' },
        color: {
          field: 'standing',
          type: 'nominal',
          scale: {
            domain: standings,
            range: ['var(--ink)', 'var(--series-1)', 'var(--series-2)', 'var(--ink-soft)'],
          },
        },
      },
    },
    {
      mark: { type: 'point', filled: true, size: 90, opacity: 1 },
      encoding: {
        x: { field: 'ratio', type: 'quantitative' },
        color: { field: 'standing', type: 'nominal' },
        shape: {
          field: 'standing',
          type: 'nominal',
          scale: { domain: standings, range: ['diamond', 'triangle-left', 'triangle-right', 'circle'] },
        },
        tooltip: [{ field: 'target' }, { field: 'text', title: 'ratio' }, { field: 'standing' }],
      },
    },
    ...[{ stroke: 'var(--paper)', strokeWidth: 4 }, {}].map((halo) => ({
      // The first, in the colour of the paper, keeps the line at 1 off the letters.
      mark: { type: 'text' as const, dy: -11, ...halo },
      encoding: { x: { field: 'ratio', type: 'quantitative' as const }, text: { field: 'text' } },
    })),
  ],
};

const chart: GroupChart = {
  of: 'group',
  kind: 'intervals',
  place: 1,
  importance: 'essential',
  section: {
    id: 'intervals',
    title: 'Ratios with intervals',
    shortTitle: 'Ratios',
    text: 'Time of each target divided by the baseline’s, from rounds in which both ran; the line at 1 is the baseline, and to the right of it is slower. Where an interval crosses the line, the run does not show which of the two is faster.',
  },
  spec,
  draw({ results, group, cells, title }) {
    if (cells.length < 2) return null;
    const sampling = samplingOf(results.options);
    const against = (baseline: OkCell) => rowsAgainst(baseline, cells, sampling);
    return {
      description: `Time of every target divided by that of the baseline, with intervals: ${title}`,
      rows: against(cells[0]),
      rowsByBaseline: new Map(cells.map((baseline) => [baseline.target, against(baseline)])),
      table: tableOf(group, sampling),
    };
  },
};
export default chart;

function rowsAgainst(baseline: OkCell, cells: readonly OkCell[], sampling: Sampling): Row[] {
  return cells.map((cell) => {
    if (cell === baseline) {
      return { target: cell.target, ratio: 1, low: 1, high: 1, text: '1×', standing: 'baseline' };
    }
    const estimate = pairedRatio(cell.samples, baseline.samples, sampling).ratio;
    const { value, low, high } = estimate;
    return {
      target: cell.target,
      ratio: value,
      low: low ?? value,
      high: high ?? value,
      text: inline(ratio(estimate)),
      standing: standingOf(estimate),
    };
  });
}

function tableOf(group: Group, sampling: Sampling): Table {
  return {
    caption: `Against the fastest: ${groupTitle(group)}`,
    head: ['Target', 'Baseline', 'Ratio', 'Interval', 'Rounds', 'p (Holm)'],
    rows: group.comparisons.map(({ target, baseline, ratio: estimate, adjustedP }) => ({
      heading: target,
      cells: [
        { text: baseline },
        number(inline(ratio(estimate))),
        { text: levelText(estimate, sampling) },
        number(String(estimate.rounds)),
        number(adjustedP === null ? 'too few rounds' : adjustedP.toPrecision(2)),
      ],
    })),
  };
}
