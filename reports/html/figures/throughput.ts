/** Speed along a sweep, on logarithmic axes, where growth in proportion is a straight line. */
import { axes } from '../../analyse/scaling.js';
import { inline, rate } from '../../text.js';
import { numbersIn, sweepChart } from '../sweep-chart.js';

export default sweepChart({
  kind: 'throughput',
  place: 2.1,
  axes,
  caption: 'Throughput',
  unitOf: (axis) => (axis === 'length' ? ', steps/s' : ', examples/s'),
  valueOf: ({ throughput }) => throughput,
  textOf: (estimate) => inline(rate(estimate)),
  tooltip: 'per second',
  scaleOf(rows, axis) {
    const all = numbersIn(rows, 'low', 'high', 'value');
    const [low, high] = [Math.min(...all), Math.max(...all)];
    // A shorter axis would make hills of what is level.
    const widening = Math.max(1, Math.sqrt((4 * low) / high));
    const domain = [low / widening, high * widening] as const;
    return {
      scale: { type: 'log' as const, domain, padding: 12, nice: false },
      axis: {
        title: axis === 'length' ? 'steps per second (log scale)' : 'examples per second (log scale)',
        values: decimalTicks(...domain),
        format: '~s',
        labelOverlap: 'greedy' as const,
        labelSeparation: 6,
      },
    };
  },
});

/** 1, 2, 5, 10, …; over more than two and a half decades powers of ten alone. */
function decimalTicks(low: number, high: number): number[] {
  const steps = Math.log10(high / low) > 2.5 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(low));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, index) => first + index,
  );
  return decades
    .flatMap((decade) => steps.map((step) => step * 10 ** decade))
    .filter((tick) => tick >= low && tick <= high);
}
