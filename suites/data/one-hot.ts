import { elementCount } from '../../model/graph.js';

/** Class numbers as rows of zeros with a one each. @param shape of the numbers; the result has an axis of classes behind it */
export function oneHot(numbers: ArrayLike<number>, shape: readonly number[], classes: number) {
  const rows = [...shape, classes];
  const data = new Float32Array(elementCount(rows));
  for (let row = 0; row < numbers.length; row++) data[row * classes + (numbers[row] ?? 0)] = 1;
  return { type: 'float32' as const, shape: rows, data };
}
