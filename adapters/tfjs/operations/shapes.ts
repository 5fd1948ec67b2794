/** Operations that move elements, or pick them by index. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Operations } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';
import { type Native, type NativeTable, ofOne, ofTwo, operand } from './native.js';

function slice(tf: Tf, x: Tensor, { begins, ends, strides }: Operations['Slice']): Tensor {
  const isStrided = strides.some((stride) => stride !== 1);
  if (isStrided && x.dtype === 'float32') return tf.stridedSlice(x, [...begins], [...ends], [...strides]);
  const part = tf.slice(
    x,
    [...begins],
    ends.map((end, axis) => end - (begins[axis] ?? 0)),
  );
  // What the strided one of WebAssembly makes is float32, whatever it reads.
  return strides.reduce(
    (whole, stride, axis) =>
      stride === 1 ? whole : tf.gather(whole, tf.range(0, whole.shape[axis] ?? 0, stride, 'int32'), axis),
    part,
  );
}

/** By flat positions: those of the other axes are known, that of this one comes. */
const scatterElements: Native<'ScatterElements'> =
  (tf, { axis, reduction }) =>
  (inputs) => {
    const [x, indices, updates] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const flat = indices.shape.reduce<Tensor>(
      (sum, extent, each) => {
        const stride = tf.util.sizeFromShape(x.shape.slice(each + 1));
        if (each === axis) return tf.add(sum, tf.mul(indices, tf.scalar(stride, 'int32')));
        const shape = x.shape.map((_, other) => (other === each ? extent : 1));
        return tf.add(sum, tf.reshape(tf.range(0, extent * stride, stride, 'int32'), shape));
      },
      tf.scalar(0, 'int32'),
    );
    const found = scatter(
      tf,
      tf.reshape(x, [-1]),
      tf.reshape(flat, [-1, 1]),
      tf.reshape(updates, [-1]),
      reduction,
    );
    return tf.reshape(found, x.shape);
  };

export const shapes: NativeTable = {
  Reshape: ofOne((tf, x, { shape }) => tf.reshape(x, [...shape])),
  Transpose: ofOne((tf, x, { perm }) => tf.transpose(x, [...perm])),
  Expand: ofOne((tf, x, { shape }) => tf.broadcastTo(x, [...shape])),
  Tile: ofOne((tf, x, { repeats }) => tf.tile(x, [...repeats])),
  Concat:
    (tf, { axis }) =>
    (inputs) =>
      tf.concat([...inputs], axis),
  Split:
    (tf, { axis, sizes }) =>
    (inputs) =>
      tf.split(operand(inputs, 0), [...sizes], axis),
  Slice: ofOne(slice),
  Reverse: ofOne((tf, x, { axes }) => tf.reverse(x, [...axes])),
  Pad: ofOne((tf, x, { pads, value }) =>
    tf.pad(
      x,
      pads.map(([before, behind]) => [before, behind]),
      value,
    ),
  ),
  Gather: ofTwo((tf, x, indices, { axis }) => tf.gather(x, indices, axis)),
  GatherND: ofTwo((tf, x, indices) => tf.gatherND(x, indices)),
  ScatterND:
    (tf, { reduction }) =>
    (inputs) =>
      scatter(tf, operand(inputs, 0), operand(inputs, 1), operand(inputs, 2), reduction),
  ScatterElements: scatterElements,
};

function scatter(tf: Tf, x: Tensor, indices: Tensor, updates: Tensor, reduction: string): Tensor {
  return reduction === 'add'
    ? tf.add(x, tf.scatterND(indices, updates, x.shape))
    : tf.tensorScatterUpdate(x, indices, updates);
}
