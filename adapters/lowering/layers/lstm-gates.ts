/**
 * LSTM weights between ONNX and frameworks with Keras's layer: ONNX stacks the gates i, o, f, c along the rows of W
 * [1, 4H, I] and R [1, 4H, H] and has two biases in B [1, 8H]; Keras stacks i, f, c, o along the columns of its kernels
 * [I, 4H] and [H, 4H] and has one bias [4H].
 *
 * Both biases only ever occur as their sum, so the native bias is the sum. The workloads train only the first (see
 * `suites/lstm/row-lstm.ts`): what goes back to ONNX has zeros in the second half.
 */
import { inverse, permute } from '../permute.js';

/** ONNX position of each of Keras's gates. */
const gateOrder = [0, 2, 3, 1];
const gates = gateOrder.length;

/** W or R. @param columns inputs of W, hidden units of R */
export function gateKernelToNative(data: Float32Array, hidden: number, columns: number): Float32Array {
  return permute(reorder(data, gateOrder), [gates, hidden, columns], [2, 0, 1]);
}

export function gateKernelToOnnx(native: Float32Array, hidden: number, columns: number): Float32Array {
  return reorder(permute(native, [columns, gates, hidden], [1, 2, 0]), inverse(gateOrder));
}

/** B. @param trained whether it learns: then its second half must be zero */
export function gateBiasToNative(
  data: Float32Array,
  hidden: number,
  trained: boolean,
  name: string,
): Float32Array {
  const half = gates * hidden;
  const recurrent = data.subarray(half);
  if (trained && recurrent.some((value) => value !== 0)) {
    throw new Error(`the recurrent half of ${name} is not zero, and only one bias can be trained`);
  }
  const sum = data.slice(0, half).map((value, index) => value + (recurrent[index] ?? 0));
  return reorder(sum, gateOrder);
}

export function gateBiasToOnnx(native: Float32Array, hidden: number): Float32Array {
  const data = new Float32Array(2 * gates * hidden);
  data.set(reorder(native, inverse(gateOrder)));
  return data;
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
