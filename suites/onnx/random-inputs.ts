/** Inputs for a user's model, of which nothing is known but type and shape. */
import { uniform } from '../generator.js';
import { refuse } from './decode.js';
import { elementCount, type Tensor, type TensorInfo, type Tensors } from './graph.js';
import { allocate } from './safetensors.js';

/**
 * Floats uniform in [−1, 1). Integers are 0 or 1, which are valid indices and classes almost everywhere; booleans
 * likewise. The same for the same seed and buffer.
 */
export function randomInputs(inputs: readonly TensorInfo[], seed: number, buffer: number): Tensors {
  return Object.fromEntries(inputs.map((input) => [input.name, randomTensor(input, seed, buffer)]));
}

function randomTensor({ name, type, shape }: TensorInfo, seed: number, buffer: number): Tensor {
  const count = elementCount(shape);
  if (count > 2 ** 30) throw refuse(`input ${name} of shape ${shape.join('×')} is too large`);
  if (type === 'float16') throw refuse(`input ${name} is float16, which is not supported yet`);
  const values = uniform(seed, `input/${buffer}/${name}`, count, -1, 1);
  if (type === 'float32') return { type, shape, data: values };
  const data = allocate(type, count);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  values.forEach((value, index) => {
    const number = type === 'float64' ? value : Number(value >= 0);
    data[index] = big ? BigInt(number) : number;
  });
  return { type, shape, data };
}
