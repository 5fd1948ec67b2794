/** One step of each recurrent layer (github.com/onnx/onnx, docs/Operators.md). */
import {
  binary,
  concat,
  type Emitter,
  matMul,
  scalar,
  sliceAxis,
  split,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';

export type RecurrentKind = 'LSTM' | 'GRU' | 'RNN';
export const gatesOf: Readonly<Record<RecurrentKind, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

/** A function of one argument, `name` in small letters, with what it takes. */
export interface Activation {
  readonly name: string;
  readonly alpha: number;
  readonly beta: number;
}

/** f, g, h: for each the function of every direction. */
export type Functions = readonly (readonly Activation[])[];

export interface Cell {
  readonly hidden: number;
  /** All gates together, or those of a GRU that resets first: z and r, and h. */
  readonly r: readonly Operand[];
  /** Of the state that a GRU resets. */
  readonly recurrentBias?: Operand | undefined;
  /** i, o, f */
  readonly peepholes?: readonly Operand[] | undefined;
  readonly functions: Functions;
  readonly clip?: number | undefined;
  readonly inputForget?: boolean;
  readonly linearBeforeReset?: boolean;
}

export interface CellState {
  readonly h: Operand;
  /** Of an LSTM. */
  readonly c: Operand;
}

/** @param x what the step adds of its input and the biases */
type Step = (p: Emitter, cell: Cell, x: Operand, state: CellState) => CellState;

export const cells: Readonly<Record<RecurrentKind, Step>> = { LSTM: lstm, GRU: gru, RNN: rnn };

function lstm(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  const sums = binary(p, 'Add', x, recurrent(p, cell, 0, h));
  if (cell.peepholes || cell.inputForget) return lstmByGates(p, cell, sums, c);
  const axis = x.shape.length - 1;
  const [gates, fresh] = parts(p, sums, axis, [3 * cell.hidden, cell.hidden]);
  const [i, o, f] = parts(p, activated(p, cell, 0, gates), axis, alike(3, cell.hidden));
  return lstmState(p, cell, { i, f, o: () => o, fresh }, c);
}

/** Gates that the cell is looked at for, or that are not all computed. */
function lstmByGates(p: Emitter, cell: Cell, sums: Operand, c: Operand): CellState {
  const [i, o, f, fresh] = parts(p, sums, sums.shape.length - 1, alike(4, cell.hidden));
  const [ofI, ofO, ofF] = cell.peepholes ?? [];
  const gate = (sum: Operand, peephole: Operand | undefined, seen: Operand) =>
    activated(p, cell, 0, peephole ? binary(p, 'Add', sum, binary(p, 'Mul', peephole, seen)) : sum);
  const open = gate(i, ofI, c);
  const kept = cell.inputForget ? binary(p, 'Sub', scalar(p, open, 1), open) : gate(f, ofF, c);
  return lstmState(p, cell, { i: open, f: kept, o: (next) => gate(o, ofO, next), fresh }, c);
}

interface LstmGates {
  readonly i: Operand;
  readonly f: Operand;
  readonly fresh: Operand;
  /** Of the new cell. */
  o(c: Operand): Operand;
}

function lstmState(p: Emitter, cell: Cell, { i, f, o, fresh }: LstmGates, c: Operand): CellState {
  const added = binary(p, 'Mul', i, activated(p, cell, 1, fresh));
  const next = binary(p, 'Add', binary(p, 'Mul', f, c), added);
  // The cell is not clipped: it is `clip` of the sums.
  return { c: next, h: binary(p, 'Mul', o(next), activated(p, { ...cell, clip: undefined }, 2, next)) };
}

function gru(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  const axis = x.shape.length - 1;
  const { hidden } = cell;
  const [ofGates, ofState] = parts(p, x, axis, [2 * hidden, hidden]);
  const product = recurrent(p, cell, 0, h);
  const [recurrentGates, own] = cell.linearBeforeReset
    ? parts(p, product, axis, [2 * hidden, hidden])
    : [product, undefined];
  const gates = activated(p, cell, 0, binary(p, 'Add', ofGates, recurrentGates));
  const [z, r] = parts(p, gates, axis, alike(2, hidden));
  const biased = own && cell.recurrentBias ? binary(p, 'Add', own, cell.recurrentBias) : own;
  const reset = biased ? binary(p, 'Mul', r, biased) : recurrent(p, cell, 1, binary(p, 'Mul', r, h));
  const fresh = activated(p, cell, 1, binary(p, 'Add', ofState, reset));
  // (1 − z) · fresh + z · h
  const next = binary(p, 'Add', fresh, binary(p, 'Mul', z, binary(p, 'Sub', h, fresh)));
  return { h: next, c };
}

function rnn(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  return { h: activated(p, cell, 0, binary(p, 'Add', x, recurrent(p, cell, 0, h))), c };
}

function recurrent(p: Emitter, { r }: Cell, position: number, h: Operand): Operand {
  const weights = r[position];
  if (!weights) throw new Error('the cell has fewer recurrent weights');
  return matMul(p, h, weights);
}

function alike(count: number, size: number): number[] {
  return Array.from({ length: count }, () => size);
}

/** As many as sizes. */
function parts(p: Emitter, x: Operand, axis: number, sizes: readonly number[]) {
  return split(p, x, axis, sizes) as readonly [Operand, Operand, Operand, Operand];
}

/** f, g or h, each direction's own. */
function activated(p: Emitter, { functions, clip }: Cell, which: number, x: Operand): Operand {
  const [first, second = first] = functions[which] ?? [];
  if (!first || !second) throw new Error('the cell has fewer functions');
  const within = clip === undefined ? x : unary(p, 'Clip', x, { low: -clip, high: clip });
  const isAlike = first.name === second.name && first.alpha === second.alpha && first.beta === second.beta;
  if (isAlike) return applied(p, first, within);
  const each = [first, second].map((own, direction) =>
    applied(p, own, sliceAxis(p, within, 0, direction, direction + 1)),
  );
  return concat(p, each, 0);
}

function applied(p: Emitter, { name, alpha, beta }: Activation, x: Operand): Operand {
  const formula = activations[name]?.compute;
  if (!formula) throw new Error(`there is no activation ${name}`);
  return formula(p, x, alpha, beta);
}

/** Those of the recurrent operators, by small names: what they compute, and the defaults of what they take. */
export const activations: Readonly<
  Record<
    string,
    {
      readonly alpha?: number;
      readonly beta?: number;
      readonly compute: (p: Emitter, x: Operand, alpha: number, beta: number) => Operand;
    }
  >
> = {
  relu: { compute: (p, x) => unary(p, 'Relu', x) },
  tanh: { compute: (p, x) => unary(p, 'Tanh', x) },
  sigmoid: { compute: (p, x) => unary(p, 'Sigmoid', x) },
  softsign: { compute: (p, x) => unary(p, 'Softsign', x) },
  softplus: { compute: (p, x) => unary(p, 'Softplus', x) },
  leakyrelu: { alpha: 0.01, compute: (p, x, alpha) => unary(p, 'LeakyRelu', x, { alpha }) },
  elu: { alpha: 1, compute: (p, x, alpha) => unary(p, 'Elu', x, { alpha }) },
  thresholdedrelu: {
    alpha: 1,
    compute: (p, x, alpha) => where(p, withNumber(p, 'Less', x, alpha), scalar(p, x, 0), x),
  },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    compute: (p, x, alpha, beta) => unary(p, 'HardSigmoid', x, { alpha, beta }),
  },
  affine: {
    alpha: 1,
    beta: 0,
    compute: (p, x, alpha, beta) => withNumber(p, 'Add', withNumber(p, 'Mul', x, alpha), beta),
  },
  scaledtanh: {
    alpha: 1,
    beta: 1,
    compute: (p, x, alpha, beta) =>
      withNumber(p, 'Mul', unary(p, 'Tanh', withNumber(p, 'Mul', x, beta)), alpha),
  },
};

const sigmoid = [{ name: 'sigmoid', alpha: 0, beta: 0 }];
const tanh = [{ name: 'tanh', alpha: 0, beta: 0 }];

export const defaultFunctions: Readonly<Record<RecurrentKind, Functions>> = {
  LSTM: [sigmoid, tanh, tanh],
  GRU: [sigmoid, tanh],
  RNN: [tanh],
};
