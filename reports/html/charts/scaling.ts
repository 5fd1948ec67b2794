/** Speed along a sweep: a line a target with its intervals, on logarithmic axes, where proportional growth is a straight line. */
import type { TopLevelSpec } from 'vega-lite';
import type { Estimate } from '../../../common/run/results.js';
import { type Axis, type ScalingPoint, type Sweep, times } from '../../analyse/scaling.js';
import { inline, rate, ratio } from '../../text.js';
import type { Row } from './rows.js';
import { drawnWidth } from './specs.js';
import { chartConfig, seriesColours, seriesShapes } from './theme.js';

export type ScalingKind = 'throughput' | 'speed-up' | 'efficiency';

/** Of a target's line, what that drawing shows; null where it has nothing to show. */
export function shownBy(kind: ScalingKind, point: ScalingPoint): Estimate | null {
  if (kind === 'throughput') return point.throughput;
  return kind === 'speed-up' ? point.speedUp : point.efficiency;
}

export function scalingText(kind: ScalingKind, estimate: Estimate): string {
  // Of the fewest threads both are known, without an interval.
  if (kind !== 'throughput' && estimate.value === 1 && estimate.low === estimate.high) {
    return kind === 'speed-up' ? '1×' : '100 %';
  }
  if (kind === 'throughput') return inline(rate(estimate));
  if (kind === 'speed-up') return inline(ratio(estimate));
  const { value, interval } = rate(times(estimate, 100));
  return interval ? `${value} % ${interval}` : `${value} %`;
}

export function scalingRows(kind: ScalingKind, { lines, values }: Sweep): Row[] {
  const measured = lines.flatMap(({ target, points }) =>
    points.flatMap((point) => {
      const estimate = shownBy(kind, point);
      if (!estimate) return [];
      const { value, low, high } = estimate;
      return [
        {
          kind: 'measured',
          target,
          at: point.at,
          value: rounded(value),
          low: rounded(low ?? value),
          high: rounded(high ?? value),
          text: scalingText(kind, estimate),
        },
      ];
    }),
  );
  const [least = 1] = values;
  const ideal = values.map((at) => ({ kind: 'ideal', at, value: kind === 'efficiency' ? 1 : at / least }));
  return kind === 'throughput' ? measured : [...measured, ...ideal];
}

/** Four digits: more than a drawing shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

const placeTitles: Readonly<Record<Axis, string>> = {
  batch: 'batch size',
  threads: 'threads',
  length: 'steps of a sequence',
};

function valueTitle(kind: ScalingKind, axis: Axis): string {
  if (kind === 'speed-up') return '× the speed with the fewest threads';
  if (kind === 'efficiency') return 'speed-up ÷ ideal';
  return axis === 'length' ? 'steps per second (log scale)' : 'examples per second (log scale)';
}

/**
 * @param rows of `scalingRows`
 * @param targets all of the run: a target has the same colour and shape in every drawing
 */
export function scalingSpec(
  kind: ScalingKind,
  { axis, values }: Sweep,
  rows: readonly Row[],
  targets: readonly string[],
): TopLevelSpec {
  const y = { type: 'quantitative' as const, ...valueScale(kind, axis, rows) };
  const series = seriesOf(rows, targets);
  const measured = [{ filter: "datum.kind === 'measured'" }];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { name: 'rows' },
    config: { ...chartConfig, legend: { ...chartConfig.legend, columns: 3 } },
    width: drawnWidth,
    height: 260,
    encoding: { x: placeEncoding(axis, values) },
    layer: [
      {
        transform: [{ filter: "datum.kind === 'ideal'" }],
        mark: { type: 'line', color: 'var(--ink-soft)', strokeDash: [5, 4], strokeWidth: 1.5 },
        encoding: { y: { ...y, field: 'value' } },
      },
      {
        transform: measured,
        mark: { type: 'line', strokeWidth: 1.5 },
        encoding: { y: { ...y, field: 'value' }, color: series.color },
      },
      {
        transform: measured,
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: series.color },
      },
      {
        transform: measured,
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: {
          y: { ...y, field: 'value' },
          ...series,
          tooltip: [
            { field: 'target' },
            { field: 'at', title: placeTitles[axis] },
            { field: 'text', title: kind === 'throughput' ? 'per second' : kind },
          ],
        },
      },
    ],
  };
}

function placeEncoding(axis: Axis, values: readonly number[]) {
  return {
    field: 'at',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, base: 2, domain: [values[0] ?? 1, values.at(-1) ?? 1], padding: 16 },
    axis: {
      title: `${placeTitles[axis]} (log scale)`,
      values: [...values],
      format: ',d',
      labelOverlap: 'greedy' as const,
      labelSeparation: 6,
    },
  };
}

/** Eight colours and eight shapes: when they begin anew, they meet in other pairs. */
function seriesOf(rows: readonly Row[], targets: readonly string[]) {
  const drawn = targets.filter((target) => rows.some((row) => row.target === target));
  const pick = (names: readonly string[], turn: number) =>
    drawn.map((target) => {
      const place = targets.indexOf(target);
      return names[(place + turn * Math.floor(place / names.length)) % names.length] ?? '';
    });
  // Intervals are pale; what a legend shows is not.
  const legend = { symbolOpacity: 1 };
  const common = { field: 'target', type: 'nominal' as const, sort: null, legend };
  return {
    color: { ...common, scale: { domain: drawn, range: pick(seriesColours, 0) } },
    shape: { ...common, scale: { domain: drawn, range: pick(seriesShapes, 1) } },
  };
}

/** Ticks of a logarithmic axis of ratios. */
const ratioTicks = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

function valueScale(kind: ScalingKind, axis: Axis, rows: readonly Row[]) {
  const title = valueTitle(kind, axis);
  const all = rows
    .flatMap(({ low, high, value }) => [low, high, value])
    .filter((one) => typeof one === 'number');
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (kind === 'efficiency') {
    // Wide intervals are cut off, so that they do not press what is measured flat: the table has them.
    const points = rows.map(({ value }) => value).filter((one) => typeof one === 'number');
    return {
      scale: { domain: [0, Math.max(1.2, 1.1 * Math.max(...points))], nice: false, clamp: true },
      axis: { title, format: '.0%', tickCount: 5 },
    };
  }
  if (kind === 'speed-up') {
    const values = [...ratioTicks.slice(1).map((tick) => 1 / tick), ...ratioTicks].filter(
      (tick) => tick >= low * 0.9 && tick <= high * 1.1,
    );
    return {
      scale: { type: 'log' as const, base: 2, domain: [low * 0.9, high * 1.1], nice: false },
      axis: { title, values, format: '.2~f', labelOverlap: 'greedy' as const },
    };
  }
  // Less than this would make hills of what is level.
  const widening = Math.max(1, Math.sqrt((4 * low) / high));
  return {
    scale: { type: 'log' as const, domain: [low / widening, high * widening], padding: 12, nice: false },
    axis: {
      title,
      values: decimalTicks(low / widening, high * widening),
      format: '~s',
      labelOverlap: 'greedy' as const,
      labelSeparation: 6,
    },
  };
}

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
