/**
 * Recurrent layers unrolled step by step into simpler operations: the formulas of the ONNX operators with all their
 * attributes. The number of steps is known, and the products with x are one matrix product before the first step.
 * Called by the canonicalisers, not through the table of decompositions, so that weights are transposed at load.
 */

import { at, leading } from '../../../common/at.js';
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

/** States are [batch, hidden], with two directions [2, batch, hidden]: both are computed at once. */
export interface Recurrence {
  readonly kind: RecurrentKind;
  readonly hidden: number;
  readonly direction: RecurrentSettings['direction'];
  /** [steps, batch, values] */
  readonly x: Operand;
  /** [values, directions·gates·hidden]: transposed, so that all steps and directions are one product. */
  readonly w: Operand;
  /** [directions, hidden, gates·hidden], or [hidden, gates·hidden] for one direction. */
  readonly r: Operand;
  /** [directions, 2·gates·hidden] */
  readonly bias?: Operand | undefined;
  /** [directions, batch, hidden] */
  readonly initialH?: Operand | undefined;
  readonly initialC?: Operand | undefined;
  /** [directions, 3·hidden], in the order i, o, f. */
  readonly peepholes?: Operand | undefined;
  /** Steps of each sequence of the batch; after its end states are kept, and the output is zero. */
  readonly lengths?: readonly number[] | undefined;
  readonly functions: Functions;
  readonly clip?: number | undefined;
  readonly inputForget?: boolean;
  readonly linearBeforeReset?: boolean;
}

/** The outputs of the operator: every state, the last one, and the last cell of an LSTM. */
export function unrolled(p: Emitter, layer: Recurrence): readonly Operand[] {
  const { x, hidden, kind } = layer;
  const [steps, batch] = leading(x.shape, 2);
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
    const part = at(parts, layer.direction === 'reverse' ? steps - 1 - step : step);
    const next = cells[kind](p, cell, reshape(p, part, [...lead, batch, gates]), now);
    const mask = maskOf(p, layer, step);
    sequence.push(mask ? where(p, mask, next.h, zero) : next.h);
    now = mask
      ? { h: where(p, mask, next.h, now.h), c: kind === 'LSTM' ? where(p, mask, next.c, now.c) : now.c }
      : next;
  }
  const last = [directionsOf(layer), batch, hidden];
  const ends = kind === 'LSTM' ? [now.h, now.c] : [now.h];
  return [inOrder(p, layer, sequence, last), ...ends.map((end) => reshape(p, end, last))];
}

/** The share of x and the biases in the gates: [steps, directions, batch, gates·hidden], in the order of computation. */
function projection(p: Emitter, layer: Recurrence) {
  const { kind, hidden, x, w } = layer;
  const [steps, batch, values] = leading(x.shape, 3);
  const directions = directionsOf(layer);
  const gates = gatesOf[kind] * hidden;
  const { inputBias, recurrentBias } = biasesOf(p, layer, directions);
  const product = matMul(p, reshape(p, x, [steps * batch, values]), w);
  const sums = inputBias ? binary(p, 'Add', product, reshape(p, inputBias, [directions * gates])) : product;
  const apart = transpose(p, reshape(p, sums, [steps, batch, directions, gates]), [0, 2, 1, 3]);
  return { projected: secondReversed(p, layer, apart), recurrentBias };
}

function directionsOf({ direction }: Recurrence): number {
  return direction === 'bidirectional' ? 2 : 1;
}

/** The sum of both biases; with linear_before_reset the recurrent bias of a GRU's hidden gate stays apart. */
function biasesOf(p: Emitter, { kind, hidden, bias, linearBeforeReset }: Recurrence, directions: number) {
  if (!bias) return {};
  const gates = gatesOf[kind] * hidden;
  const [input, recurrent] = split(p, bias, 1, [gates, gates]);
  if (kind !== 'GRU' || !linearBeforeReset) return { inputBias: binary(p, 'Add', input, recurrent) };
  const [ofGates, ofState] = split(p, recurrent, 1, [2 * hidden, hidden]);
  const zeros = expand(p, scalar(p, bias, 0), [directions, hidden]);
  return { inputBias: binary(p, 'Add', input, concat(p, [ofGates, zeros], 1)), recurrentBias: ofState };
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
    peepholes: peepholes && peepholeRows(p, peepholes, hidden, row),
  };
}

function peepholeRows(p: Emitter, peepholes: Operand, hidden: number, row: (operand: Operand) => Operand) {
  const [i, o, f] = split(p, peepholes, 1, [hidden, hidden, hidden]);
  return [row(i), row(o), row(f)] as const;
}

/** [steps, directions, …] with the steps of the second direction, which goes backwards, reversed. */
function secondReversed(p: Emitter, { direction }: Recurrence, x: Operand): Operand {
  if (direction !== 'bidirectional') return x;
  const forward = sliceAxis(p, x, 1, 0, 1);
  const backward = unary(p, 'Reverse', sliceAxis(p, x, 1, 1, 2), { axes: [0] });
  return concat(p, [forward, backward], 1);
}

/** The states of all steps, from the order of computation to that of time. */
function inOrder(
  p: Emitter,
  layer: Recurrence,
  sequence: readonly Operand[],
  state: readonly number[],
): Operand {
  const states = sequence.map((h) => reshape(p, h, [1, ...state]));
  return secondReversed(p, layer, concat(p, layer.direction === 'reverse' ? states.toReversed() : states, 0));
}

/** Which sequences of the batch have the step, in each direction; undefined where all have it. */
function maskOf(p: Emitter, { x, direction, lengths }: Recurrence, step: number): Operand | undefined {
  const [steps, batch] = leading(x.shape, 2);
  const back = steps - 1 - step;
  const times = { forward: [step], reverse: [back], bidirectional: [step, back] }[direction];
  if (!lengths) return undefined;
  const has = times.flatMap((time) => lengths.map((length) => Number(time < length)));
  if (!has.includes(0)) return undefined;
  return p.literal(p.held('bool'), times.length === 1 ? [batch, 1] : [2, batch, 1], has);
}
