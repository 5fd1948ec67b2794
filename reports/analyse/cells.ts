/** One planned cell and what was observed of it → its result. */
import type { CellResult, TurnSamples } from '../schema/results.js';
import type { PlannedCell } from '../schema/run-folder.js';
import { finalState } from './cell-state.js';
import { estimateOf, rateOf, roundCpuNs, roundMediansNs } from './estimates.js';
import type { CellFacts, RunFacts } from './facts.js';

export function cellResult(cell: PlannedCell, run: RunFacts): CellResult {
  const facts = run.cell(cell.id);
  const { decided: _, ...identity } = cell;
  const { state, reason } = finalState(cell, facts, run.ending);
  const samples = facts.turns.map(samplesOf);
  return {
    ...identity,
    state,
    reason,
    notes: state === 'ok' ? notesOf(cell, facts, run) : [],
    parity: facts.gate?.checks ?? [],
    metrics: state === 'ok' ? metricsOf(cell, facts, samples) : null,
    samples,
  };
}

function samplesOf(turn: CellFacts['turns'][number]): TurnSamples {
  const { round, block, process, startMs, samplesNs, cpuNs } = turn;
  return { round, block, process, startMs, samplesNs, cpuNs };
}

function metricsOf(
  cell: PlannedCell,
  { gate }: CellFacts,
  turns: readonly TurnSamples[],
): CellResult['metrics'] {
  const iterationNs = estimateOf([...roundMediansNs(turns).values()]);
  return {
    iterationNs,
    itemsPerSecond: rateOf(cell.batch * 1e9, iterationNs),
    cpuNsPerIteration: estimateOf([...roundCpuNs(turns).values()]),
    samples: turns.reduce((sum, turn) => sum + turn.samplesNs.length, 0),
    loadNs: gate?.loadNs ?? null,
    firstNs: gate?.firstNs ?? null,
    peakRssBytes: gate?.peakRssBytes ?? null,
  };
}

/** What a reader of an ok cell should know. */
function notesOf(cell: PlannedCell, facts: CellFacts, run: RunFacts): string[] {
  const notes: string[] = [];
  const rounds = new Set(facts.turns.map((turn) => turn.round)).size;
  const planned = run.schedule?.rounds ?? rounds;
  if (rounds < planned) notes.push(`timed in ${rounds} of ${planned} planned rounds`);
  const share = run.schedule?.shares[cell.id];
  if (share?.note) notes.push(share.note);
  const single = facts.turns.filter((turn) => turn.samplesNs.length === 1).length;
  if (single > 0 && !share?.note) notes.push(`${single} of ${facts.turns.length} turns hold one iteration`);
  if (facts.audits.length === 0) notes.push('no timed iteration was audited');
  else notes.push(`${count(facts.audits.length, 'audit')} of timed iterations, all passed`);
  return notes;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
