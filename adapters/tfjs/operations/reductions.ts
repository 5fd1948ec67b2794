/** Operations over axes, and products. */
import type { Tensor } from '@tensorflow/tfjs';
import { at } from '../../../common/at.js';
import { isOne, sameList } from '../../lowering/lists.js';
import type { Operations } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';
import { type Native, type NativeTable, ofOne, ofTwo, operand } from './native.js';

type Reduce = (tf: Tf, x: Tensor, axes: number[], keepdims: boolean) => Tensor;

/** @param ofNone what comes of no elements, which not every kernel knows */
function over(reduce: Reduce, ofNone = 0) {
  return ofOne<Operations['ReduceSum']>((tf, x, { axes, keepdims }) => {
    if (x.size > 0) return reduce(tf, x, [...axes], keepdims);
    const shape = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const kept = keepdims ? shape : shape.filter((_, axis) => !axes.includes(axis));
    return tf.fill(kept, ofNone, x.dtype as 'float32' | 'int32');
  });
}

function position(kind: 'argMax' | 'argMin') {
  return ofOne<Operations['ArgMax']>((tf, x, { axis, keepdims }) => {
    const found = tf[kind](x, axis);
    return keepdims ? tf.expandDims(found, axis) : found;
  });
}

/** The smallest are the largest with the other sign. */
const topK: Native<'TopK'> =
  (tf, { k, largest }) =>
  (inputs) => {
    const x = operand(inputs, 0);
    const turned = (tensor: Tensor) =>
      largest ? tensor : tf.sub(tf.scalar(0, x.dtype as 'float32' | 'int32'), tensor);
    const { values, indices } = tf.topk(turned(x), k, true);
    return [turned(values), indices];
  };

/**
 * Its kernels in JavaScript and WebAssembly broadcast one side only, which no gradient takes back, and that of WebAssembly
 * knows no integers.
 */
function matMul(tf: Tf, a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'int32' && tf.getBackend() === 'wasm') {
    return tf.sum(tf.mul(tf.expandDims(a, -1), tf.expandDims(b, -3)), -2);
  }
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sameList(left, right)) return tf.matMul(a, b);
  const batch = tf.backend_util.assertAndGetBroadcastShape(left, right);
  const [inner, columns] = [b.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
  if (isOne(right)) {
    const rows = tf.matMul(
      tf.reshape(a, [tf.util.sizeFromShape(a.shape.slice(0, -1)), inner]),
      tf.reshape(b, [inner, columns]),
    );
    return tf.reshape(rows, [...batch, a.shape.at(-2) ?? 1, columns]);
  }
  const whole = (x: Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return tf.matMul(whole(a), whole(b));
}

/** x may have further axes before its last. `tf.fused.matMul` is slower: it reshapes its operands and its result. */
const dense: Native<'Gemm'> = (tf) => (inputs) => {
  const [x, weight, bias] = [operand(inputs, 0), operand(inputs, 1), inputs[2]];
  const [inner, columns] = [at(weight.shape, 0), at(weight.shape, 1)];
  const isFlat = x.rank === 2;
  const rows = tf.matMul(isFlat ? x : tf.reshape(x, [-1, inner]), weight);
  const found = bias ? tf.add(rows, bias) : rows;
  return isFlat ? found : tf.reshape(found, [...x.shape.slice(0, -1), columns]);
};

/** With the result written out, which stands in the order of the alphabet where it is not given. */
function explicit(equation: string): string {
  if (equation.includes('->')) return equation;
  const labels = [...equation.replaceAll(',', '')].sort();
  return `${equation}->${labels.filter((label, _, all) => all.indexOf(label) === all.lastIndexOf(label)).join('')}`;
}

export const reductions: NativeTable = {
  ReduceSum: over((tf, x, axes, keepdims) => tf.sum(x, axes, keepdims)),
  ReduceMean: over((tf, x, axes, keepdims) => tf.mean(x, axes, keepdims)),
  ReduceMax: over((tf, x, axes, keepdims) => tf.max(x, axes, keepdims), Number.NEGATIVE_INFINITY),
  ReduceMin: over((tf, x, axes, keepdims) => tf.min(x, axes, keepdims), Number.POSITIVE_INFINITY),
  ReduceProd: over((tf, x, axes, keepdims) => tf.prod(x, axes, keepdims), 1),
  ReduceLogSumExp: over((tf, x, axes, keepdims) => tf.logSumExp(x, axes, keepdims)),
  ArgMax: position('argMax'),
  ArgMin: position('argMin'),
  CumSum: ofOne((tf, x, { axis, exclusive, reverse }) => tf.cumsum(x, axis, exclusive, reverse)),
  Softmax: ofOne((tf, x, { axis }) => tf.softmax(x, axis)),
  LogSoftmax: ofOne((tf, x, { axis }) => tf.logSoftmax(x, axis)),
  TopK: topK,
  MatMul: ofTwo(matMul),
  FusedMatMul: ofTwo((tf, a, b) => tf.matMul(a, b, false, true)),
  Gemm: dense,
  Einsum:
    (tf, { equation }) =>
    (inputs) =>
      tf.einsum(explicit(equation), ...inputs),
};
