/** Where kernels of TensorFlow.js give wrong numbers rather than errors, and what is called instead. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { OperationKind, Operations } from '../../adapters/lowering/operations/operation.js';
import { natives } from '../../adapters/tfjs/operations/index.js';
import type { Native } from '../../adapters/tfjs/operations/native.js';
import { type BuildGraph, tensor } from '../../suites/conformance/case-graph.js';
import { answer, makeModel, openTarget } from './model.js';
import { tfjsJs, tfjsWasm } from './targets.js';

type Given = readonly [data: readonly number[], shape: readonly number[], type: 'float32' | 'int32' | 'bool'];

const cases: readonly [title: string, OperationKind, object, readonly Given[], readonly number[]][] = [
  [
    'quotients towards zero, of large numbers too',
    'Div',
    {},
    [
      [[-7, 7, 2000000001, -1000000007], [4], 'int32'],
      [[2, -2, 3, -13], [4], 'int32'],
    ],
    [-3, -3, 666666667, 76923077],
  ],
  [
    'the remainder by an infinite divisor',
    'Mod',
    { fmod: false },
    [
      [[-3, 3, -5], [3], 'float32'],
      [[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 3], [3], 'float32'],
    ],
    [Number.POSITIVE_INFINITY, 3, 1],
  ],
  [
    'a choice between bools',
    'Where',
    {},
    [
      [[1, 0], [2, 1], 'bool'],
      [[1, 1, 0], [3], 'bool'],
      [[0], [], 'bool'],
    ],
    [1, 1, 0, 0, 0, 0],
  ],
  [
    'shifts beyond the width',
    'BitShift',
    { direction: 'RIGHT' },
    [
      [[-8, 4, -1000000007], [3], 'int32'],
      [[32, -1, 3], [3], 'int32'],
    ],
    [-1, 0, -125000001],
  ],
  [
    'matrices whose batches broadcast from both sides',
    'MatMul',
    {},
    [
      [[1, 2, 3, 4], [2, 1, 2, 1], 'float32'],
      [[1, 10], [1, 2, 1, 1], 'float32'],
    ],
    [1, 2, 10, 20, 3, 4, 30, 40],
  ],
  [
    'every second of integers',
    'Slice',
    { begins: [1], ends: [6], strides: [2] },
    [[[0, 1, 2, 3, 4, 5], [6], 'int32']],
    [1, 3, 5],
  ],
  ['fractions that are not nothing', 'Cast', { to: 'bool' }, [[[0.5, 0, 256], [3], 'float32']], [1, 0, 1]],
  [
    'the largest of none',
    'ReduceMax',
    { axes: [1], keepdims: false },
    [[[], [1, 0], 'float32']],
    [Number.NEGATIVE_INFINITY],
  ],
];

const withoutLayer: BuildGraph = (g) => {
  const x = g.input('x', [2, 3, 4]);
  const turned = g.node('Erf', [g.node('MatMul', [x, g.constant('w', tensor([2, 4, 3]))])]);
  return [g.node('ReduceLogSumExp', [turned], { axes: [1], keepdims: 0 }), [2, 3]];
};

describe.each([tfjsJs, tfjsWasm])('$name', (target) => {
  test.each(cases)('%s', async (_, kind, settings, given, wanted) => {
    await openTarget(target);
    const native = natives[kind] as Native<OperationKind>;
    const found = tf.tidy(() => {
      const inputs = given.map(([data, shape, type]) => tf.tensor([...data], [...shape], type));
      const [result] = [native(tf, settings as Operations[OperationKind])(inputs)].flat();
      return [...(result?.dataSync() ?? [])];
    });
    expect(found).toEqual(wanted);
  });

  test('operations leave no tensor behind', async () => {
    const model = await makeModel(withoutLayer);
    const framework = await openTarget(target);
    const before = tf.memory().numTensors;
    const loaded = await framework.loadInference(model);
    const loadedTensors = tf.memory().numTensors;
    for (let iteration = 0; iteration < 3; iteration++) await answer(loaded, iteration % 2);
    expect(tf.memory().numTensors).toBe(loadedTensors);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
