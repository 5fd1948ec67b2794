/** One planned cell and what was observed of it → its result. */
import { groupBy } from '../../common/group-by.js';
import type { CellResult, Estimate, TurnSamples } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { effectiveSampleSizeOf } from '../../common/statistics/autocorrelation.js';
import { percentiles } from '../../common/statistics/percentiles.js';
import type { Sampling } from '../../common/statistics/sampling.js';
import type { SteadyLabel } from '../../common/statistics/steady-state.js';
import { counted } from '../../common/text.js';
import { finalState } from './cell-state.js';
import {
  estimateOf,
  iterationsOf,
  keptTurns,
  rateOf,
  roundCpuNs,
  roundMediansNs,
  roundMediansOf,
} from './estimates.js';
import type { CellFacts, RunFacts } from './facts.js';
import type { Exclusions } from './left-out.js';

/** @param has what costs most and comparisons do not need: the percentiles */
export function cellResult(
  cell: PlannedCell,
  run: RunFacts,
  exclusions: Exclusions,
  sampling: Sampling,
  has: { readonly percentiles: boolean } = { percentiles: true },
): CellResult {
  const facts = run.cell(cell.id);
  const { decided: _, ...identity } = cell;
  const { state, reason } = finalState(cell, facts, run.ending);
  const samples = facts.turns.map((turn) => samplesOf(turn, exclusions));
  const steadyState = countsOf([...exclusions.labels(cell.id).values()]);
  return {
    ...identity,
    ...(run.isSoftware(cell.target) ? { software: true } : {}),
    ...(run.isHalf(cell.target) ? { precision: 'float16' } : {}),
    state,
    reason,
    ...processOf(state, facts),
    notes: state === 'ok' ? [...notesOf(cell, facts, run), ...steadyNotes(steadyState)] : [],
    parity: facts.parity?.checks ?? [],
    ...(facts.parity?.checkedAt === undefined ? {} : { checkedAt: facts.parity.checkedAt }),
    metrics: state === 'ok' ? metricsOf(cell, facts, samples, sampling, has) : null,
    steadyState,
    samples,
  };
}

/** An audit fails in the process of the cell's last turn. */
function processOf(state: CellResult['state'], { failure, parity, turns }: CellFacts): { process?: number } {
  if (state === 'ok' || state === 'unmeasured') return {};
  const checked = parity?.passed === false ? parity.process : turns.at(-1)?.process;
  const process = failure?.process ?? checked;
  return process === undefined ? {} : { process };
}

/** A turn as results show it: with why it is left out of estimates. */
export function samplesOf(turn: CellFacts['turns'][number], exclusions: Exclusions): TurnSamples {
  const { round, block, process, startMs, samplesNs, batch, cpuNs, witness = null } = turn;
  return {
    ...{ round, block, process, startMs, samplesNs, cpuNs, witness },
    ...(batch > 1 ? { batch } : {}),
    leftOut: exclusions.reasonFor(turn),
  };
}

function countsOf(labels: readonly SteadyLabel[]): CellResult['steadyState'] {
  const counts: CellResult['steadyState'] = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Minimum share of a cell's processes that reach a steady state for the cell to be called steady. */
const steadyShare = 0.8;

function steadyNotes(counts: CellResult['steadyState']): string[] {
  const countOf = (...labels: SteadyLabel[]) => labels.reduce((sum, label) => sum + (counts[label] ?? 0), 0);
  const classified = countOf('steady', 'warm-up', 'slow-down', 'cyclic', 'never steady');
  const unsteady = countOf('cyclic', 'never steady');
  const notes: string[] = [];
  if (classified > 0 && classified - unsteady < steadyShare * classified) {
    notes.push(
      `no steady state in ${unsteady} of ${classified} processes: the median does not describe them`,
    );
  }
  if (countOf('slow-down') > classified / 2) notes.push('it slows down within a process before it is steady');
  return notes;
}

function metricsOf(
  cell: PlannedCell,
  { fresh, throughputs }: CellFacts,
  all: readonly TurnSamples[],
  sampling: Sampling,
  has: { readonly percentiles: boolean },
): CellResult['metrics'] {
  const iterationNs = estimateOf([...roundMediansNs(all).values()], sampling);
  const turns = keptTurns(all);
  return {
    iterationNs,
    percentilesNs: has.percentiles ? percentilesOf(turns) : [],
    itemsPerSecond: rateOf(cell.batch * 1e9, iterationNs),
    ...throughputOf(cell, throughputs, sampling),
    cpuNsPerIteration: cpuEstimate(turns, sampling),
    samples: turns.reduce((sum, turn) => sum + turn.samplesNs.length, 0),
    loadNs: freshEstimate(fresh.map(({ loadNs }) => loadNs)),
    firstNs: freshEstimate(fresh.map(({ firstNs }) => firstNs)),
    peakRssBytes: freshEstimate(fresh.map(({ peakRssBytes }) => peakRssBytes)),
    deviceBytes: freshEstimate(fresh.map(({ deviceBytes }) => deviceBytes)),
  };
}

function throughputOf(
  { batch }: PlannedCell,
  turns: CellFacts['throughputs'],
  sampling: Sampling,
): Pick<NonNullable<CellResult['metrics']>, 'throughput'> {
  const [first] = turns;
  if (!first) return {};
  const perIteration = estimateOf(roundMediansOf(turns), sampling);
  const itemsPerSecond = rateOf(batch * 1e9, perIteration);
  return { throughput: { submissions: first.submissions, itemsPerSecond } };
}

/** From the rounds in which the cell met a fresh process; null where there was none, or the host does not report it. */
function freshEstimate(values: readonly (number | null)[]): Estimate | null {
  const found = values.filter((value) => value !== null);
  // A worker whose load does nothing may be done within a tick of the clock.
  return found.length === 0 ? null : estimateOf(found.map((value) => Math.max(value, 1)));
}

function cpuEstimate(turns: readonly TurnSamples[], sampling: Sampling): Estimate | null {
  const rounds = roundCpuNs(turns);
  return rounds && estimateOf([...rounds.values()], sampling);
}

/**
 * Over the samples of all rounds, with intervals that account for their dependence: times of one process are correlated,
 * consecutive ones more so. Percentiles whose interval the samples do not support are left out.
 */
function percentilesOf(turns: readonly TurnSamples[]): NonNullable<CellResult['metrics']>['percentilesNs'] {
  // The mean of a batch says nothing of how its iterations are spread.
  if (turns.some(({ batch }) => batch !== undefined)) return [];
  const all = turns.flatMap((turn) => turn.samplesNs);
  // Logarithms, as in all comparisons of times: one long pause must not count as a difference between processes.
  const processes = [...groupBy(turns, ({ round }) => round).values()].map((own) =>
    own.flatMap(({ samplesNs }) => samplesNs).map((ns) => Math.log(Math.max(ns, 1))),
  );
  const effective = effectiveSampleSizeOf(processes);
  return percentiles(all, percentileShares, 0.95, effective).map(({ share, value, interval }) => ({
    share,
    value,
    low: interval.low,
    high: interval.high,
  }));
}

/** The percentiles of a cell, as far as its samples support them. */
export const percentileShares = [0.1, 0.5, 0.9, 0.99];

/** What a reader of an ok cell should know. */
function notesOf(cell: PlannedCell, facts: CellFacts, run: RunFacts): string[] {
  const notes: string[] = [];
  const rounds = new Set(facts.turns.map((turn) => turn.round)).size;
  const planned = run.schedule?.rounds ?? rounds;
  if (rounds < planned && !run.schedule?.stoppingRule)
    notes.push(`timed in ${rounds} of ${planned} planned rounds`);
  const share = run.schedule?.shares[cell.id];
  if (share?.note) notes.push(share.note);
  if (run.schedule?.apart?.includes(cell.id))
    notes.push('loaded alone, twice in every round: memory does not hold it and the other targets at once');
  const batch = Math.max(1, ...facts.turns.map((turn) => turn.batch));
  if (batch > 1)
    notes.push(
      `timed in batches of up to ${batch} iterations: the clock of its page is too coarse for single ones`,
    );
  const single = facts.turns.filter((turn) => iterationsOf(turn) === 1).length;
  if (single > 0 && !share?.note)
    notes.push(`${single} of ${facts.turns.length} turns have a single iteration`);
  if (facts.audits.length === 0) notes.push('no timed iteration was audited');
  else notes.push(`${counted(facts.audits.length, 'audit')} of timed iterations, all passed`);
  return notes;
}
