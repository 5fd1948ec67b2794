/** Operations that treat every element alike. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Operations } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';
import { type NativeTable, ofOne, ofTwo, operand } from './native.js';

export const elementwise: NativeTable = {
  Abs: ofOne((tf, x) => tf.abs(x)),
  Acos: ofOne((tf, x) => tf.acos(x)),
  Acosh: ofOne((tf, x) => tf.acosh(x)),
  Asin: ofOne((tf, x) => tf.asin(x)),
  Asinh: ofOne((tf, x) => tf.asinh(x)),
  Atan: ofOne((tf, x) => tf.atan(x)),
  Atanh: ofOne((tf, x) => tf.atanh(x)),
  Ceil: ofOne((tf, x) => tf.ceil(x)),
  Cos: ofOne((tf, x) => tf.cos(x)),
  Cosh: ofOne((tf, x) => tf.cosh(x)),
  Erf: ofOne((tf, x) => tf.erf(x)),
  Exp: ofOne((tf, x) => tf.exp(x)),
  Floor: ofOne((tf, x) => tf.floor(x)),
  Log: ofOne((tf, x) => tf.log(x)),
  Neg: ofOne((tf, x) => tf.neg(x)),
  Not: ofOne((tf, x) => tf.logicalNot(x)),
  Reciprocal: ofOne((tf, x) => tf.reciprocal(x)),
  Relu: ofOne((tf, x) => tf.relu(x)),
  Round: ofOne((tf, x) => tf.round(x)),
  Sigmoid: ofOne((tf, x) => tf.sigmoid(x)),
  Sign: ofOne((tf, x) => tf.sign(x)),
  Sin: ofOne((tf, x) => tf.sin(x)),
  Sinh: ofOne((tf, x) => tf.sinh(x)),
  Softplus: ofOne((tf, x) => tf.softplus(x)),
  Sqrt: ofOne((tf, x) => tf.sqrt(x)),
  Tan: ofOne((tf, x) => tf.tan(x)),
  Tanh: ofOne((tf, x) => tf.tanh(x)),
  Elu: ofOne((tf, x) => tf.elu(x)),
  Selu: ofOne((tf, x) => tf.selu(x)),
  LeakyRelu: ofOne((tf, x, { alpha }) => tf.leakyRelu(x, alpha)),
  Clip: ofOne((tf, x, { low, high }) => {
    if (low !== null && high !== null) return tf.clipByValue(x, low, high);
    const bound = tf.scalar(low ?? high ?? 0, x.dtype as 'float32' | 'int32');
    return low === null ? tf.minimum(x, bound) : tf.maximum(x, bound);
  }),
  IsNaN: ofOne((tf, x) => tf.isNaN(x)),
  IsInf: ofOne((tf, x) => tf.isInf(x)),
  // A cast to bool cuts fractions off first on WebAssembly.
  Cast: ofOne((tf, x, { to }) =>
    to === 'bool'
      ? tf.notEqual(x, tf.scalar(0, x.dtype as 'float32' | 'int32'))
      : tf.cast(x, to as 'float32' | 'int32'),
  ),

  Add: ofTwo((tf, a, b) => tf.add(a, b)),
  Sub: ofTwo((tf, a, b) => tf.sub(a, b)),
  Mul: ofTwo((tf, a, b) => tf.mul(a, b)),
  Div: ofTwo((tf, a, b) => (a.dtype === 'int32' ? towardsZero(tf, a, b) : tf.div(a, b))),
  Pow: ofTwo((tf, a, b) => tf.pow(a, b)),
  Max: ofTwo((tf, a, b) => tf.maximum(a, b)),
  Min: ofTwo((tf, a, b) => tf.minimum(a, b)),
  Mod: ofTwo((tf, a, b, { fmod }) => (fmod ? remainder(tf, a, b) : modulo(tf, a, b))),
  And: ofTwo((tf, a, b) => tf.logicalAnd(a, b)),
  Or: ofTwo((tf, a, b) => tf.logicalOr(a, b)),
  Equal: ofTwo((tf, a, b) => tf.equal(a, b)),
  Greater: ofTwo((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: ofTwo((tf, a, b) => tf.greaterEqual(a, b)),
  Less: ofTwo((tf, a, b) => tf.less(a, b)),
  LessOrEqual: ofTwo((tf, a, b) => tf.lessEqual(a, b)),
  Where: (tf) => (inputs) => where(tf, operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)),

  // Of bits there is `and` alone; sums wrap around, so the others follow from it exactly.
  BitwiseAnd: ofTwo(bitwiseAnd),
  BitwiseOr: ofTwo((tf, a, b) => tf.sub(tf.add(a, b), bitwiseAnd(tf, a, b))),
  BitwiseXor: ofTwo((tf, a, b) => {
    const both = bitwiseAnd(tf, a, b);
    return tf.sub(tf.add(a, b), tf.add(both, both));
  }),
  BitwiseNot: ofOne((tf, x) => tf.sub(tf.scalar(-1, 'int32'), x)),
  BitShift: ofTwo(shifted),
};

/** With the sign of the dividend. */
function remainder(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.mul(tf.sign(a), tf.mod(tf.abs(a), tf.abs(b)));
}

/** With the sign of the divisor; `tf.mod` of fractions in JavaScript gives NaN where one is infinite. */
function modulo(tf: Tf, a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'int32') return tf.mod(a, b);
  const rest = remainder(tf, a, b);
  const isOther = tf.less(tf.mul(tf.sign(rest), tf.sign(b)), tf.scalar(0));
  return tf.where(isOther, tf.add(rest, b), rest);
}

/** By powers of two, each half of the way, which are exact; by the width or more, or less than nothing, it takes all bits. */
function shifted(tf: Tf, x: Tensor, by: Tensor, { direction }: Operations['BitShift']): Tensor {
  const whole = (value: number) => tf.scalar(value, 'int32');
  const isWithin = tf.logicalAnd(tf.greaterEqual(by, whole(0)), tf.less(by, whole(32)));
  const places = tf.where(isWithin, by, whole(32));
  const half = tf.floorDiv(places, whole(2));
  const step = (from: Tensor, count: Tensor) => {
    const factor = tf.pow(whole(2), count);
    return direction === 'LEFT' ? tf.mul(from, factor) : floored(tf, from, factor, tf.mod(from, factor));
  };
  return step(step(x, half), tf.sub(places, half));
}

/** Both are of one shape for its kernels. */
function bitwiseAnd(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return tf.bitwiseAnd(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
}

/** The kernel of WebAssembly takes bool for words, and writes beyond its result. */
function where(tf: Tf, condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== 'bool') return tf.where(condition, a, b);
  return tf.logicalOr(tf.logicalAnd(condition, a), tf.logicalAnd(tf.logicalNot(condition), b));
}

/** `tf.div` of integers goes down, also below zero. */
function towardsZero(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const rest = tf.mod(a, b);
  const zero = tf.scalar(0, 'int32');
  const isRaised = tf.logicalAnd(tf.notEqual(rest, zero), tf.notEqual(tf.less(a, zero), tf.less(b, zero)));
  return tf.add(floored(tf, a, b, rest), tf.cast(isRaised, 'int32'));
}

/** Whole quotients. The kernel of WebAssembly divides as float32: what that misses is divided again. */
function floored(tf: Tf, a: Tensor, b: Tensor, rest: Tensor): Tensor {
  if (tf.getBackend() !== 'wasm') return tf.floorDiv(a, b);
  const nearest = (x: Tensor) =>
    tf.cast(tf.round(tf.div(tf.cast(x, 'float32'), tf.cast(b, 'float32'))), 'int32');
  const multiple = tf.sub(a, rest);
  const first = nearest(multiple);
  return tf.add(first, nearest(tf.sub(multiple, tf.mul(first, b))));
}
