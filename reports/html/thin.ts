/** Keeps the page small: the run folder's `results.json` has every sample, the page an evenly spaced subset. */
import { at } from '../../common/at.js';
import type { RunResults } from '../../common/run/results.js';

/** Up to `count` values, evenly spaced in their order. */
export function thinned<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => {
    return at(values, Math.floor(((index + 0.5) * values.length) / count));
  });
}

/** How much of a run a page shows. */
export interface Detail {
  /** Maximum of embedded samples of a cell. */
  readonly samples: number;
  /** Maximum of marks of single iterations, and of turns, per target and drawing. */
  readonly marks: number;
  /** Charts that are drawn before scripts run; the others wait for them, and their tables do not. */
  readonly drawn: 'all' | 'essential' | 'none';
}

/** Most detailed first: a page takes the first with which it stays within its size. */
export const details: readonly [Detail, ...Detail[]] = [
  { samples: 200, marks: 40, drawn: 'all' },
  { samples: 60, marks: 24, drawn: 'essential' },
  { samples: 20, marks: 12, drawn: 'none' },
];

/** The results with up to `perCell` samples a cell, in integer nanoseconds and without witnesses; none for cells that are not ok. */
export function thinnedResults(results: RunResults, perCell: number): RunResults {
  return {
    ...results,
    cells: results.cells.map((cell) => {
      if (cell.state !== 'ok') return { ...cell, samples: [] };
      const perTurn = Math.max(1, Math.floor(perCell / Math.max(1, cell.samples.length)));
      return {
        ...cell,
        samples: thinned(cell.samples, perCell).map((turn) => ({
          ...turn,
          witness: null,
          startMs: Math.round(turn.startMs),
          cpuNs: turn.cpuNs === null ? null : Math.round(turn.cpuNs),
          samplesNs: thinned(turn.samplesNs, perTurn).map(Math.round),
        })),
      };
    }),
  };
}
