/** What a model gives us to read may be a window on memory that its next call writes to. */
import type { Tensor, Tensors } from '../../adapters/adapter.js';

export function copyTensors(tensors: Tensors): Tensors {
  return mapEntries(tensors, (name, { type, shape, data }) => [
    name,
    { type, shape: [...shape], data: data.slice() },
  ]);
}

export function prefixed(prefix: string, tensors: Tensors): Tensors {
  return mapEntries(tensors, (name, tensor) => [prefix + name, tensor]);
}

/** Where along its last axis a tensor is largest, for every place of the others; of equals the first. */
export function largestPlaces({ shape, data }: Tensor): number[] {
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) => {
    const values = data.subarray(row * width, (row + 1) * width);
    let largest = 0;
    for (let place = 1; place < width; place++) {
      if (Number(values[place]) > Number(values[largest])) largest = place;
    }
    return largest;
  });
}

function mapEntries(tensors: Tensors, change: (name: string, tensor: Tensor) => [string, Tensor]): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => change(name, tensor)));
}
