/** Rows of each drawing, from `ok` cells only. */

import type { CellResult, Estimate, TargetResult } from '../../../common/run/results.js';
import { median } from '../../../common/statistics/quantiles.js';
import { fixedSampling } from '../../../common/statistics/sampling.js';
import { pairedRatio, roundMediansNs } from '../../analyse/estimates.js';
import { bytes, duration, inline, once, ratio } from '../../text.js';
import { thinned } from '../thin.js';

export type OkCell = CellResult & { metrics: NonNullable<CellResult['metrics']> };
export type Row = Readonly<Record<string, string | number | null>>;

export function intervalRows(cells: readonly OkCell[], baseline: OkCell, sampling = fixedSampling): Row[] {
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

/** What the interval by itself says of a ratio. */
export function standingOf({ low, high }: Estimate): 'faster' | 'slower' | 'not told apart' {
  if (low !== null && low > 1) return 'slower';
  return high !== null && high < 1 ? 'faster' : 'not told apart';
}

export function roundRows(cells: readonly OkCell[], marks: number): Row[] {
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
        text: once3(ns),
      })),
    ];
  });
}

export function sequenceRows(cells: readonly OkCell[], marks: number): Row[] {
  return cells.flatMap(({ target, samples, metrics }) =>
    thinned(
      [...samples].sort((a, b) => a.startMs - b.startMs),
      marks,
    ).map((turn) => ({
      target,
      round: turn.round + 1,
      startS: Math.round(turn.startMs) / 1000,
      relative: rounded(median(turn.samplesNs) / metrics.iterationNs.value),
      text: once3(median(turn.samplesNs)),
    })),
  );
}

/** Phases in the order in which they happen; null where the run did not get to know one. */
export function phasesOf(
  cell: OkCell,
  target: TargetResult | undefined,
): { phase: string; ns: number | null }[] {
  const ms = (estimate: Estimate | null | undefined) => (estimate ? estimate.value * 1e6 : null);
  return [
    { phase: 'spawn', ns: ms(target?.spawnMs) },
    { phase: 'import', ns: ms(target?.importMs) },
    { phase: 'load', ns: cell.metrics.loadNs },
    { phase: 'first', ns: cell.metrics.firstNs },
    { phase: 'steady', ns: cell.metrics.iterationNs.value },
  ];
}

export function phaseRows(cells: readonly OkCell[], targets: readonly TargetResult[]): Row[] {
  return cells.flatMap((cell) =>
    phasesOf(
      cell,
      targets.find(({ target }) => target === cell.target),
    ).flatMap(({ phase, ns }) =>
      ns === null ? [] : [{ target: cell.target, phase, ns: Math.max(1, Math.round(ns)), text: once(ns) }],
    ),
  );
}

export function memoryRows(cells: readonly OkCell[]): Row[] {
  return cells.flatMap(({ target, metrics: { peakRssBytes } }) =>
    peakRssBytes === null
      ? []
      : [{ target, mebibytes: Math.round(peakRssBytes / 2 ** 20), text: bytes(peakRssBytes) }],
  );
}

/** Three digits: a single round or turn has no interval that would say how many it deserves. */
function once3(ns: number): string {
  const { value, unit } = duration({ value: Number(ns.toPrecision(3)), low: ns * 0.995, high: ns * 1.005 });
  return `${value} ${unit}`;
}

function rounded(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}
