/**
 * LSTM weights between ONNX and frameworks with Keras's layer: ONNX stacks the gates i, o, f, c along the rows of W
 * [1, 4H, I] and R [1, 4H, H] and has two biases in B [1, 8H]; Keras stacks i, f, c, o along the columns of its kernels
 * [I, 4H] and [H, 4H] and has one bias [4H].
 *
 * Both biases only ever occur as their sum, so the native bias is the sum. The workloads train only the first (see
 * `suites/lstm/row-lstm.ts`): what goes back to ONNX has zeros in the second half.
 */
import type { Tensors } from '../../suites/onnx/graph.js';
import { inverse, permute } from './permute.js';
import { floats, type NativeWeight } from './weights.js';

/** ONNX position of each of Keras's gates. */
const gateOrder = [0, 2, 3, 1];
const gates = gateOrder.length;

/** W or R. @param columns inputs of W, hidden units of R */
export function gateKernel(name: string, hidden: number, columns: number): NativeWeight {
  const onnxView = [gates, hidden, columns];
  const nativeView = [columns, gates, hidden];
  return {
    name,
    shape: [columns, gates * hidden],
    toNative: (weights) => permute(reorder(floats(weights, name), gateOrder), onnxView, [2, 0, 1]),
    toOnnx: (native) => ({
      type: 'float32',
      shape: [1, gates * hidden, columns],
      data: reorder(permute(native, nativeView, [1, 2, 0]), inverse(gateOrder)),
    }),
  };
}

/** B. @param trained whether it learns: then its second half must be zero */
export function gateBias(name: string, hidden: number, trained: boolean): NativeWeight {
  const half = gates * hidden;
  return {
    name,
    shape: [half],
    toNative: (weights) => reorder(summedBias(weights, name, half, trained), gateOrder),
    toOnnx: (native) => {
      const data = new Float32Array(2 * half);
      data.set(reorder(native, inverse(gateOrder)));
      return { type: 'float32', shape: [1, 2 * half], data };
    },
  };
}

function summedBias(weights: Tensors, name: string, half: number, trained: boolean): Float32Array {
  const both = floats(weights, name);
  const recurrent = both.subarray(half);
  if (trained && recurrent.some((value) => value !== 0)) {
    throw new Error(`the recurrent half of ${name} is not zero, and only one bias can be trained`);
  }
  return both.slice(0, half).map((value, index) => value + (recurrent[index] ?? 0));
}

/** Blocks of `data`, one a gate: block i of the result is block `order[i]`. */
function reorder(data: Float32Array, order: readonly number[]): Float32Array {
  const size = data.length / order.length;
  const result = new Float32Array(data.length);
  order.forEach((source, position) => {
    result.set(data.subarray(source * size, (source + 1) * size), position * size);
  });
  return result;
}
