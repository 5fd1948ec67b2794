/** What PyTorch's kernels refuse is planned in another way. */
import { expect, test } from 'vitest';
import pytorch from '../../adapters/pytorch/index.js';
import { at } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import { kindsOf } from './operation-graph.js';
import { loweringsOf, single } from './target-plans.js';

const { planOf } = loweringsOf(at(pytorch.targets, 0));

const pool = (type: DataType, size: number) =>
  planOf(
    single(
      'MaxPool',
      { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      [1, 2, size, size],
      [1, 2, size, size],
      type,
    ),
  );

test.each<[DataType, number, readonly string[]]>([
  ['uint8', 9, ['MaxPool']],
  ['uint8', 10, ['Cast', 'MaxPool', 'Cast']],
  ['int8', 112, ['Cast', 'MaxPool', 'Cast']],
  ['int16', 112, ['MaxPool']],
  ['int16', 200, ['Cast', 'MaxPool', 'Cast']],
  ['int32', 200, ['MaxPool']],
  ['float32', 200, ['MaxPool']],
])('MaxPool of %s over %i² positions', (type, size, kinds) => {
  const plan = pool(type, size);
  expect(kindsOf(plan)).toEqual(kinds);
  expect(plan.operations.at(-1)?.results[0]?.type).toBe(type);
});
