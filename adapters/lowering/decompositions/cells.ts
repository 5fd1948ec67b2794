/** One step of each recurrent layer (github.com/onnx/onnx, docs/Operators.md). */
import { at, required } from '../../../common/at.js';
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

/** An activation, its name in lower case, with its parameters. */
export interface Activation {
  readonly name: string;
  readonly alpha: number;
  readonly beta: number;
}

/** ONNX's f, g and h, each with the activation of every direction. */
export type Functions = readonly (readonly Activation[])[];

export interface Cell {
  readonly hidden: number;
  /** Recurrent weights of all gates together; or of z and r, and of h, for a GRU without linear_before_reset. */
  readonly r: readonly [Operand] | readonly [gates: Operand, state: Operand];
  /** Recurrent bias of the hidden gate of a GRU with linear_before_reset. */
  readonly recurrentBias?: Operand | undefined;
  readonly peepholes?: readonly [i: Operand, o: Operand, f: Operand] | undefined;
  readonly functions: Functions;
  readonly clip?: number | undefined;
  readonly inputForget?: boolean;
  readonly linearBeforeReset?: boolean;
}

export interface CellState {
  readonly h: Operand;
  /** The cell of an LSTM. */
  readonly c: Operand;
}

/** @param x the share of the input and the biases in the gates of this step */
type Step = (p: Emitter, cell: Cell, x: Operand, state: CellState) => CellState;

export const cells: Readonly<Record<RecurrentKind, Step>> = { LSTM: lstm, GRU: gru, RNN: rnn };

function lstm(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  const sums = binary(p, 'Add', x, recurrent(p, cell, 0, h));
  if (cell.peepholes || cell.inputForget) return lstmByGates(p, cell, sums, c);
  const axis = x.shape.length - 1;
  const { hidden } = cell;
  const [gates, fresh] = split(p, sums, axis, [3 * hidden, hidden]);
  const [i, o, f] = split(p, activated(p, cell, 0, gates), axis, [hidden, hidden, hidden]);
  return lstmState(p, cell, { i, f, o: () => o, fresh }, c);
}

/** With peepholes, or with the forget gate coupled to the input gate: each gate by itself. */
function lstmByGates(p: Emitter, cell: Cell, sums: Operand, c: Operand): CellState {
  const { hidden } = cell;
  const [i, o, f, fresh] = split(p, sums, sums.shape.length - 1, [hidden, hidden, hidden, hidden]);
  const [peepholeI, peepholeO, peepholeF] = cell.peepholes ?? [];
  const gate = (sum: Operand, peephole: Operand | undefined, state: Operand) =>
    activated(p, cell, 0, peephole ? binary(p, 'Add', sum, binary(p, 'Mul', peephole, state)) : sum);
  const open = gate(i, peepholeI, c);
  const kept = cell.inputForget ? binary(p, 'Sub', scalar(p, open, 1), open) : gate(f, peepholeF, c);
  return lstmState(p, cell, { i: open, f: kept, o: (next) => gate(o, peepholeO, next), fresh }, c);
}

interface LstmGates {
  readonly i: Operand;
  readonly f: Operand;
  readonly fresh: Operand;
  /** @param c the new cell */
  o(c: Operand): Operand;
}

function lstmState(p: Emitter, cell: Cell, { i, f, o, fresh }: LstmGates, c: Operand): CellState {
  const added = binary(p, 'Mul', i, activated(p, cell, 1, fresh));
  const next = binary(p, 'Add', binary(p, 'Mul', f, c), added);
  // `clip` is applied to the gates' sums, not to the cell.
  return { c: next, h: binary(p, 'Mul', o(next), activated(p, { ...cell, clip: undefined }, 2, next)) };
}

function gru(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  const axis = x.shape.length - 1;
  const { hidden } = cell;
  const [inputGates, inputState] = split(p, x, axis, [2 * hidden, hidden]);
  const product = recurrent(p, cell, 0, h);
  const [recurrentGates, recurrentState] = cell.linearBeforeReset
    ? split(p, product, axis, [2 * hidden, hidden])
    : [product, undefined];
  const gates = activated(p, cell, 0, binary(p, 'Add', inputGates, recurrentGates));
  const [z, r] = split(p, gates, axis, [hidden, hidden]);
  const biased =
    recurrentState && cell.recurrentBias
      ? binary(p, 'Add', recurrentState, cell.recurrentBias)
      : recurrentState;
  const reset = biased ? binary(p, 'Mul', r, biased) : recurrent(p, cell, 1, binary(p, 'Mul', r, h));
  const fresh = activated(p, cell, 1, binary(p, 'Add', inputState, reset));
  // (1 − z) · fresh + z · h
  const next = binary(p, 'Add', fresh, binary(p, 'Mul', z, binary(p, 'Sub', h, fresh)));
  return { h: next, c };
}

function rnn(p: Emitter, cell: Cell, x: Operand, { h, c }: CellState): CellState {
  return { h: activated(p, cell, 0, binary(p, 'Add', x, recurrent(p, cell, 0, h))), c };
}

function recurrent(p: Emitter, { r }: Cell, position: number, h: Operand): Operand {
  return matMul(p, h, at<Operand>(r, position, 'recurrent weights'));
}

/** f, g or h (`which` 0, 1 or 2), each direction's own. */
function activated(p: Emitter, { functions, clip }: Cell, which: number, x: Operand): Operand {
  const ofDirections = at(functions, which, 'activations');
  const [first, second] = [at(ofDirections, 0), at(ofDirections, -1)];
  const within = clip === undefined ? x : unary(p, 'Clip', x, { low: -clip, high: clip });
  const isAlike = first.name === second.name && first.alpha === second.alpha && first.beta === second.beta;
  if (isAlike) return applied(p, first, within);
  const each = [first, second].map((own, direction) =>
    applied(p, own, sliceAxis(p, within, 0, direction, direction + 1)),
  );
  return concat(p, each, 0);
}

function applied(p: Emitter, { name, alpha, beta }: Activation, x: Operand): Operand {
  return required(activations, name, 'activations').compute(p, x, alpha, beta);
}

/** Activations of the recurrent operators by name, with their formulas and ONNX's default parameters. */
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
