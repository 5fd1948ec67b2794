/** What the plain evaluator has of activations, of parts and of rounding. */
import type { OperationKind, Operations } from '../../adapters/lowering/operations/operation.js';
import { at, built, type Plain } from './plain-tensors.js';

type Evaluators = {
  readonly [Kind in OperationKind]?: (
    inputs: readonly Plain[],
    settings: Operations[Kind],
  ) => Plain | readonly Plain[];
};

const nothing: Plain = { shape: [0], data: new Float64Array(0) };

function each<Settings>(f: (x: number, settings: Settings) => number) {
  return ([x = nothing]: readonly Plain[], settings: Settings): Plain => ({
    shape: x.shape,
    data: x.data.map((value) => f(value, settings)),
  });
}

/** Halves go to the even neighbour. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

export const gates: Evaluators = {
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Tanh: each(Math.tanh),
  Relu: each((x) => Math.max(x, 0)),
  Softsign: each((x) => x / (1 + Math.abs(x))),
  Softplus: each((x) => Math.log1p(Math.exp(x))),
  Elu: each((x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x)),
  LeakyRelu: each((x, { alpha }) => (x < 0 ? alpha * x : x)),
  HardSigmoid: each((x, { alpha, beta }) => Math.min(Math.max(alpha * x + beta, 0), 1)),
  Clip: each((x, { low, high }) =>
    Math.min(Math.max(x, low ?? Number.NEGATIVE_INFINITY), high ?? Number.POSITIVE_INFINITY),
  ),
  Round: each(roundHalfToEven),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Split: ([x = nothing], { axis, sizes }) => {
    let begin = 0;
    return sizes.map((size) => {
      const from = begin;
      begin += size;
      return built(x.shape.with(axis, size), (index) => at(x, index.with(axis, (index[axis] ?? 0) + from)));
    });
  },
  Reverse: ([x = nothing], { axes }) =>
    built(x.shape, (index) =>
      at(
        x,
        index.map((own, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 1) - 1 - own : own)),
      ),
    ),
  ReduceMin: ([x = nothing], { axes, keepdims }) => {
    if (keepdims || axes.length < x.shape.length) throw new Error('the evaluator has minima of all only');
    return { shape: [], data: Float64Array.of(Math.min(...x.data)) };
  },
};
