/** How many examples one run of a user's model computes: the file does not say which axis counts them. */
import { leading, required } from '../common/at.js';
import type { Graph, TensorInfo } from './graph.js';
import type { RawInput } from './import/raw-model.js';

const batchName = /^batch(_?size)?$/i;

/** The extent of a dimension that the file calls the batch; undefined where it names none. */
export function namedBatch(inputs: readonly RawInput[], bound: readonly TensorInfo[]): number | undefined {
  for (const { name, shape } of inputs) {
    const axis = shape?.findIndex((extent) => typeof extent === 'string' && batchName.test(extent)) ?? -1;
    const extent = bound.find((each) => each.name === name)?.shape[axis];
    if (axis >= 0 && extent !== undefined) return extent;
  }
  return undefined;
}

/**
 * The batch of the first recurrent layer that an input agrees with, with the batch or the steps first; without any, the first
 * axis of the first input, 1 for a scalar.
 */
export function batchOf({ inputs, nodes, values }: Graph): number {
  for (const { operator, inputs: read, attributes } of nodes) {
    const [x] = read;
    if (!/^(LSTM|GRU|RNN)$/.test(operator) || x === undefined) continue;
    const [first, second] = leading(required(values, x).shape, 2);
    const [steps, batch] = attributes.layout === 1 ? [second, first] : [first, second];
    const agrees = ({ shape }: TensorInfo) =>
      shape[0] === batch || (shape[0] === steps && shape[1] === batch);
    if (inputs.some(agrees)) return batch;
  }
  return Math.max(1, inputs[0]?.shape[0] ?? 1);
}
