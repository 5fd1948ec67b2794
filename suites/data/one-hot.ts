import { at } from '../../common/at.js';
import { elementCount } from '../../model/graph.js';

/** One-hot vectors of class numbers. @param shape of `numbers`; the result has the classes as an additional last axis */
export function oneHot(numbers: ArrayLike<number>, shape: readonly number[], classes: number) {
  const rows = [...shape, classes];
  const data = new Float32Array(elementCount(rows));
  for (let row = 0; row < numbers.length; row++) data[row * classes + at(numbers, row)] = 1;
  return { type: 'float32' as const, shape: rows, data };
}
