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

function mapEntries(tensors: Tensors, change: (name: string, tensor: Tensor) => [string, Tensor]): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => change(name, tensor)));
}
