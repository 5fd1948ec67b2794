/** Speed-up ÷ what so many more threads could give at best. */
import { times } from '../../analyse/scaling.js';
import { rate } from '../../text.js';
import { numbersIn, sweepChart } from '../sweep-chart.js';

export default sweepChart({
  kind: 'efficiency',
  place: 2.3,
  axes: ['threads'],
  caption: 'Parallel efficiency',
  unitOf: () => '',
  valueOf: ({ efficiency }) => efficiency,
  textOf(estimate) {
    // With the fewest threads it is 1, without an interval.
    if (estimate.value === 1 && estimate.low === estimate.high) return '100 %';
    const { value, interval } = rate(times(estimate, 100));
    return interval ? `${value} % ${interval}` : `${value} %`;
  },
  tooltip: 'efficiency',
  idealAt: () => 1,
  // Wide intervals are cut off, so that they do not flatten what is measured: the table has them.
  scaleOf: (rows) => ({
    scale: {
      domain: [0, Math.max(1.2, 1.1 * Math.max(...numbersIn(rows, 'value')))],
      nice: false,
      clamp: true,
    },
    axis: { title: 'speed-up ÷ ideal', format: '.0%', tickCount: 5 },
  }),
});
