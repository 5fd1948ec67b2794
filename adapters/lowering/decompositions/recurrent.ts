/**
 * Recurrent layers, step by step in simpler operations: the formulas of the ONNX operators, with all that their attributes
 * may ask for. The steps are known, so the loop is written out; what does not depend on a state is one product before it.
 * Called by the canonicalisers themselves, not by way of the table of decompositions: they have the weights turned when they are loaded.
 */

import type { Emitter } from '../operations/emitter.js';
import {
  binary,
  concat,
  expand,
  matMul,
  reshape,
  scalar,
  sliceAxis,
  split,
  transpose,
  unary,
  where,
} from '../operations/emitter.js';
import type { Operand, RecurrentSettings } from '../operations/operation.js';
import { type Cell, type CellState, cells, type Functions, gatesOf, type RecurrentKind } from './cells.js';

/** With one direction, states are [batch, hidden]; with two, these lie before it and are computed at once. */
export interface Recurrence {
  readonly kind: RecurrentKind;
  readonly hidden: number;
  readonly direction: RecurrentSettings['direction'];
  /** [steps, batch, values] */
  readonly x: Operand;
  /** [values, directions·gates·hidden]: turned, so that all steps and directions are one product. */
  readonly w: Operand;
  /** [directions, hidden, gates·hidden], without `directions` where there is one. */
  readonly r: Operand;
  /** [directions, 2·gates·hidden] */
  readonly bias?: Operand | undefined;
  /** [directions, batch, hidden] */
  readonly initialH?: Operand | undefined;
  readonly initialC?: Operand | undefined;
  /** [directions, 3·hidden], in the order i, o, f. */
  readonly peepholes?: Operand | undefined;
  /** Steps of each sequence of the batch; behind its end states stay, and the sequence of states is zero. */
  readonly lengths?: readonly number[] | undefined;
  readonly functions: Functions;
  readonly clip?: number | undefined;
  readonly inputForget?: boolean;
  readonly linearBeforeReset?: boolean;
}

/** The outputs of the operation: every state, the last one, and the last cell of an LSTM. */
export function unrolled(p: Emitter, layer: Recurrence): readonly Operand[] {
  const { x, hidden, kind } = layer;
  const [steps = 1, batch = 1] = x.shape;
  const lead = layer.direction === 'bidirectional' ? [2] : [];
  const state = [...lead, batch, hidden];
  const { projected, recurrentBias } = projection(p, layer);
  const gates = gatesOf[kind] * hidden;
  const parts = split(
    p,
    projected,
    0,
    Array.from({ length: steps }, () => 1),
  );
  const cell: Cell = cellOf(p, layer, recurrentBias, lead);
  const first = (given: Operand | undefined) =>
    given ? reshape(p, given, state) : expand(p, scalar(p, x, 0), state);
  const zero = scalar(p, x, 0);
  let now: CellState = { h: first(layer.initialH), c: first(layer.initialC) };
  const sequence: Operand[] = [];
  for (let step = 0; step < steps; step++) {
    const part = parts[layer.direction === 'reverse' ? steps - 1 - step : step];
    if (!part) throw new Error('there are fewer parts than steps');
    const next = cells[kind](p, cell, reshape(p, part, [...lead, batch, gates]), now);
    const mask = maskOf(p, layer, step);
    sequence.push(mask ? where(p, mask, next.h, zero) : next.h);
    now = mask
      ? { h: where(p, mask, next.h, now.h), c: kind === 'LSTM' ? where(p, mask, next.c, now.c) : now.c }
      : next;
  }
  const last = [lead[0] ?? 1, batch, hidden];
  const ends = kind === 'LSTM' ? [now.h, now.c] : [now.h];
  return [inOrder(p, layer, sequence, last), ...ends.map((end) => reshape(p, end, last))];
}

/** What the steps add of x and of the biases: [steps, directions, batch, gates·hidden], steps as they are taken. */
function projection(p: Emitter, layer: Recurrence) {
  const { kind, hidden, x, w } = layer;
  const [steps = 1, batch = 1, values = 1] = x.shape;
  const directions = layer.direction === 'bidirectional' ? 2 : 1;
  const gates = gatesOf[kind] * hidden;
  const { ofInput, recurrentBias } = biasesOf(p, layer, directions);
  const product = matMul(p, reshape(p, x, [steps * batch, values]), w);
  const sums = ofInput ? binary(p, 'Add', product, reshape(p, ofInput, [directions * gates])) : product;
  const apart = transpose(p, reshape(p, sums, [steps, batch, directions, gates]), [0, 2, 1, 3]);
  return { projected: secondReversed(p, layer, apart), recurrentBias };
}

/** Both biases are one where nothing comes between; what a GRU resets keeps its own. */
function biasesOf(p: Emitter, { kind, hidden, bias, linearBeforeReset }: Recurrence, directions: number) {
  if (!bias) return {};
  const gates = gatesOf[kind] * hidden;
  const [input, recurrent] = split(p, bias, 1, [gates, gates]);
  if (!input || !recurrent) throw new Error('the bias has no two halves');
  if (kind !== 'GRU' || !linearBeforeReset) return { ofInput: binary(p, 'Add', input, recurrent) };
  const [ofGates, own] = split(p, recurrent, 1, [2 * hidden, hidden]);
  if (!ofGates || !own) throw new Error('the bias has no three gates');
  const none = expand(p, scalar(p, bias, 0), [directions, hidden]);
  return { ofInput: binary(p, 'Add', input, concat(p, [ofGates, none], 1)), recurrentBias: own };
}

function cellOf(
  p: Emitter,
  layer: Recurrence,
  recurrentBias: Operand | undefined,
  lead: readonly number[],
): Cell {
  const { kind, hidden, r, peepholes } = layer;
  const row = (operand: Operand) => reshape(p, operand, [...lead, 1, hidden]);
  const isReset = kind === 'GRU' && !layer.linearBeforeReset;
  return {
    ...layer,
    r: isReset ? split(p, r, r.shape.length - 1, [2 * hidden, hidden]) : [r],
    recurrentBias: recurrentBias && row(recurrentBias),
    peepholes: peepholes && split(p, peepholes, 1, [hidden, hidden, hidden]).map(row),
  };
}

/** Steps [steps, directions, …] with those of the second direction, which goes backwards, in the other order. */
function secondReversed(p: Emitter, { direction }: Recurrence, x: Operand): Operand {
  if (direction !== 'bidirectional') return x;
  const forward = sliceAxis(p, x, 1, 0, 1);
  const backward = unary(p, 'Reverse', sliceAxis(p, x, 1, 1, 2), { axes: [0] });
  return concat(p, [forward, backward], 1);
}

/** The states of all steps, as they were taken, by the time that each is of. */
function inOrder(
  p: Emitter,
  layer: Recurrence,
  sequence: readonly Operand[],
  state: readonly number[],
): Operand {
  const taken = sequence.map((h) => reshape(p, h, [1, ...state]));
  return secondReversed(p, layer, concat(p, layer.direction === 'reverse' ? taken.reverse() : taken, 0));
}

/** Which sequences of the batch have the step, in each direction; nothing where all have it. */
function maskOf(p: Emitter, { x, direction, lengths }: Recurrence, step: number): Operand | undefined {
  const [steps = 1, batch = 1] = x.shape;
  const back = steps - 1 - step;
  const times = { forward: [step], reverse: [back], bidirectional: [step, back] }[direction];
  const has = times.flatMap((time) => (lengths ?? []).map((length) => Number(time < length)));
  if (!has.includes(0)) return undefined;
  return p.literal(p.held('bool'), times.length === 1 ? [batch, 1] : [2, batch, 1], has);
}
