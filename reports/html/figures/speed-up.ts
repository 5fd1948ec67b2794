/** How many times as fast as with the fewest threads, beside the ideal. */
import { inline, ratio } from '../../text.js';
import { numbersIn, sweepChart } from '../sweep-chart.js';

const ticks = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

export default sweepChart({
  kind: 'speed-up',
  place: 2.2,
  axes: ['threads'],
  caption: 'Speed-up; the dashed line is the ideal',
  unitOf: () => '',
  valueOf: ({ speedUp }) => speedUp,
  // With the fewest threads it is 1, without an interval.
  textOf: (estimate) =>
    estimate.value === 1 && estimate.low === estimate.high ? '1×' : inline(ratio(estimate)),
  tooltip: 'speed-up',
  idealAt: (relative) => relative,
  scaleOf(rows) {
    const all = numbersIn(rows, 'low', 'high', 'value');
    const [low, high] = [Math.min(...all) * 0.9, Math.max(...all) * 1.1];
    const values = [...ticks.slice(1).map((tick) => 1 / tick), ...ticks].filter(
      (tick) => tick >= low && tick <= high,
    );
    return {
      scale: { type: 'log' as const, base: 2, domain: [low, high], nice: false },
      axis: {
        title: '× the speed with the fewest threads',
        values,
        format: '.2~f',
        labelOverlap: 'greedy' as const,
      },
    };
  },
});
