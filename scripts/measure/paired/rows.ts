/** From what was measured to the rows of a table: ratios, intervals, and whether they keep to the bar. */
import { z } from 'zod';
import { at } from '../../../common/at.js';
import type { PlannedCell } from '../../../common/run/run-folder.js';
import { hodgesLehmann } from '../../../common/statistics/interval.js';
import { signedRankInterval } from '../../../common/statistics/signed-rank.js';
import { ratioText } from '../table.js';
import { type Clock, clock, type Outcome } from './messages.js';

/** The ratios that keep to the bar. */
export interface Bar {
  readonly low: number;
  readonly high: number;
}

/** One comparison of a cell, or why there is none. */
export const row = z.object({
  target: z.string(),
  workload: z.string(),
  mode: z.string(),
  batch: z.number(),
  /** What ours is compared with; null where nothing was measured. */
  against: z.string().nullable(),
  ratio: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  clock: clock.nullable(),
  /** Rounds. */
  pairs: z.number(),
  form: z.string().nullable(),
  /** Why there is no ratio, or what else there is to know of it. */
  note: z.string(),
});
export type Row = z.infer<typeof row>;

type Cell = Pick<PlannedCell, 'target' | 'workload' | 'mode' | 'batch'>;

/** A row for each contender but the first, which is compared with it. */
export function rowsOf(cell: Cell, outcome: Outcome, timedBy: Clock): Row[] {
  switch (outcome.state) {
    case 'measured': {
      const { contenders, rounds, form, note } = outcome;
      return contenders.slice(1).map((against, other) => {
        const logs = rounds.map((times) => Math.log(at(times, 0, 'round') / at(times, other + 1, 'round')));
        const interval = signedRankInterval(logs);
        return {
          ...placeOf(cell),
          against,
          ratio: Math.exp(hodgesLehmann(logs)),
          low: interval ? Math.exp(interval.low) : null,
          high: interval ? Math.exp(interval.high) : null,
          clock: timedBy,
          pairs: rounds.length,
          form,
          note,
        };
      });
    }
    case 'slow':
      return [unmeasured(cell, `too slow: an iteration takes ${(outcome.iterationNs / 1e9).toFixed(1)} s`)];
    case 'refused':
      return [unmeasured(cell, outcome.reason)];
  }
}

export function unmeasured(cell: Cell, note: string): Row {
  const none = { against: null, ratio: null, low: null, high: null, clock: null, pairs: 0, form: null };
  return { ...placeOf(cell), ...none, note };
}

function placeOf({ target, workload, mode, batch }: Cell) {
  return { target, workload, mode, batch };
}

/** The whole interval decides: one that has a side of the bar within it decides nothing. */
export function verdict(bar: Bar, { low, high, ratio }: Pick<Row, 'low' | 'high' | 'ratio'>): string {
  if (ratio === null) return '';
  if (low === null || high === null) return 'undecided';
  if (low >= bar.low && high <= bar.high) return 'yes';
  return low > bar.high || high < bar.low ? 'no' : 'undecided';
}

export function headOf(what: string, bar: Bar): string[] {
  const limit = bar.low > 0 ? `${bar.low} to ${bar.high}` : `at most ${bar.high}`;
  return ['target', 'workload', 'mode', 'batch', 'against', what, limit, 'clock', 'pairs', 'form', 'note'];
}

export function cellsOf(bar: Bar, one: Row): string[] {
  return [
    one.target,
    one.workload,
    one.mode,
    String(one.batch),
    one.against ?? '',
    one.ratio === null ? '' : ratioText(one.ratio, one.low, one.high),
    verdict(bar, one),
    one.clock ?? '',
    one.pairs === 0 ? '' : String(one.pairs),
    one.form ?? '',
    one.note,
  ];
}
