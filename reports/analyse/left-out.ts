/**
 * Which turns are left out of estimates, decided before any estimate is made: those before the end of the slowest
 * warm-up of a round's processes, and those under foreign load. A block (one turn of every target, close together in
 * time) is left out for all targets of the group or for none, so that no rule can favour one of them.
 */
import { at, required } from '../../common/at.js';
import { groupCells, processKey } from '../../common/run/cell.js';
import type { TurnSamples } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { foreignLoad } from '../../common/statistics/interference.js';
import { type SteadyLabel, type SteadyState, steadyState } from '../../common/statistics/steady-state.js';
import { timedNs } from './estimates.js';
import type { EventOf, RunFacts } from './facts.js';

type Turn = EventOf<'turn'>;

export interface Exclusions {
  /** Why a turn is left out, or null. */
  reasonFor(turn: Turn): TurnSamples['leftOut'];
  /** The class of a cell's process in every round, by round. */
  labels(cell: string): ReadonlyMap<number, SteadyLabel>;
  /** Turns marked as under foreign load, whether they could be left out or not. */
  readonly marked: ReadonlySet<Turn>;
}

/** Maximum share of a round's blocks that a rule may leave out: the rest would be too little. */
const maxLeftOut = 0.5;

export function exclusionsOf(cells: readonly PlannedCell[], facts: RunFacts): Exclusions {
  const marked = markedTurns(cells, facts);
  const reasons = new Map<Turn, NonNullable<TurnSamples['leftOut']>>();
  const labels = new Map<string, Map<number, SteadyLabel>>(cells.map(({ id }) => [id, new Map()]));
  for (const members of groupCells(cells)) {
    for (const [round, own] of byRound(members, facts)) {
      const processes = own.map(({ cell, turns }) => ({
        cell,
        turns,
        state: stateOf(turns),
      }));
      for (const { cell, state } of processes) required(labels, cell).set(round, state.label);
      const cut = commonCut(processes.map(({ turns, state }) => cutOf(turns, state.steadyFrom)));
      leaveOut(own, (turn) => turn.block < cut, 'warm-up', reasons);
      const busy = busyBlocks(own, cut, marked);
      leaveOut(own, (turn) => turn.block >= cut && busy.has(turn.block), 'foreign load', reasons);
    }
  }
  return {
    reasonFor: (turn) => reasons.get(turn) ?? null,
    labels: (cell) => required(labels, cell, 'the planned cells'),
    marked,
  };
}

/**
 * The class of a process, kept beside the first of its turns: a run that is analysed again after every few rounds has most of its
 * processes behind it.
 */
function stateOf(turns: readonly Turn[]): SteadyState {
  const [first] = turns;
  const known = first && states.get(first);
  if (known && known.turns === turns.length) return known.state;
  const state = steadyState(turns.flatMap((turn) => turn.samplesNs));
  if (first) states.set(first, { turns: turns.length, state });
  return state;
}

const states = new WeakMap<Turn, { readonly turns: number; readonly state: SteadyState }>();

/** One cell's turns of one round, in the order of blocks. */
interface CellTurns {
  readonly cell: string;
  readonly turns: readonly Turn[];
}

function markedTurns(cells: readonly PlannedCell[], facts: RunFacts): Set<Turn> {
  const all = cells.flatMap((cell) =>
    // What is typical of a target depends on its thread count too.
    facts.cell(cell.id).turns.map((turn) => ({ target: processKey(cell), turn })),
  );
  const marks = foreignLoad(
    all.map(({ target, turn }) => ({
      target,
      lengthNs: timedNs(turn),
      witness: turn.witness ?? null,
    })),
  );
  return new Set(all.flatMap(({ turn }, index) => (marks[index] ? [turn] : [])));
}

function byRound(members: readonly PlannedCell[], facts: RunFacts): Map<number, CellTurns[]> {
  const rounds = new Map<number, CellTurns[]>();
  for (const { id } of members) {
    const turns = [...facts.cell(id).turns].sort((a, b) => a.round - b.round || a.block - b.block);
    for (const round of new Set(turns.map((turn) => turn.round))) {
      const own = { cell: id, turns: turns.filter((turn) => turn.round === round) };
      rounds.set(round, [...(rounds.get(round) ?? []), own]);
    }
  }
  return rounds;
}

interface Cut {
  readonly block: number;
  readonly blocks: number;
}

/** The first block that lies whole in the steady part. */
function cutOf(turns: readonly Turn[], steadyFrom: number): Cut {
  const blocks = at(turns, -1, 'the turns of a round').block + 1;
  let seen = 0;
  for (const turn of turns) {
    if (seen >= steadyFrom) return { block: turn.block, blocks };
    seen += turn.samplesNs.length;
  }
  return { block: blocks, blocks };
}

/** The latest of all, as far as it leaves enough of the round. */
function commonCut(cuts: readonly Cut[]): number {
  const blocks = Math.max(0, ...cuts.map((cut) => cut.blocks));
  return Math.min(Math.max(0, ...cuts.map((cut) => cut.block)), Math.floor(blocks * maxLeftOut));
}

/** None where there are so many that the whole round was busy: leaving out half of it would only hide that. */
function busyBlocks(round: readonly CellTurns[], cut: number, marked: ReadonlySet<Turn>): Set<number> {
  const turns = round.flatMap((own) => own.turns).filter((turn) => turn.block >= cut);
  const busy = new Set(turns.filter((turn) => marked.has(turn)).map((turn) => turn.block));
  const all = new Set(turns.map((turn) => turn.block));
  return busy.size > all.size * maxLeftOut ? new Set() : busy;
}

/** A cell that would keep no turn of the round keeps them all: a slow one has a single turn, which its notes say. */
function leaveOut(
  round: readonly CellTurns[],
  isLeftOut: (turn: Turn) => boolean,
  reason: NonNullable<TurnSamples['leftOut']>,
  reasons: Map<Turn, NonNullable<TurnSamples['leftOut']>>,
): void {
  for (const { turns } of round) {
    const stays = turns.filter((turn) => !reasons.has(turn) && !isLeftOut(turn));
    if (stays.length === 0) continue;
    for (const turn of turns) if (!reasons.has(turn) && isLeftOut(turn)) reasons.set(turn, reason);
  }
}
