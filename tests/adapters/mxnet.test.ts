/** What MXNet is planned with: its own operators where these are right, decompositions or reasons elsewhere. */
import { describe, expect, test } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import mxnet from '../../adapters/mxnet/index.js';
import { at } from '../../common/at.js';
import { image, loweringsOf, type Sketch, single } from './target-plans.js';

const target = at(mxnet.targets, 0) as PythonTarget;
const window = { kernel_shape: [2, 2], strides: [1, 1] };

const { lowered, planOf } = loweringsOf(target);

function kindsOf(...given: Parameters<typeof lowered>): readonly string[] {
  return planOf(...given).operations.map(({ kind }) => kind);
}

test('a flattened image, a product and its bias are one dense layer with the outputs first', () => {
  const plan = planOf({
    nodes: [
      ['Flatten', ['x'], ['flat']],
      ['MatMul', ['flat', 'w'], ['product']],
      ['Add', ['product', 'b'], ['y']],
    ],
    values: { x: [2, 1, 2, 2], flat: [2, 4], w: [4, 3], product: [2, 3], b: [3], y: [2, 3] },
    weights: ['w', 'b'],
  });
  expect(plan.form).toBe('1 Gemm');
  expect(at(plan.operations, 0).inputs[0]).toBe(at(plan.inputs, 0).tensor);
  expect(plan.constants.map(({ shape }) => shape)).toContainEqual([3, 4]);
});

test('a recurrent layer has steps first, and a constant for each direction and half of a bias', () => {
  const plan = planOf({
    nodes: [['LSTM', ['x', 'w', 'r', 'b'], ['y'], { hidden_size: 2, direction: 'bidirectional' }]],
    values: { x: [5, 3, 4], w: [2, 8, 4], r: [2, 8, 2], b: [2, 16], y: [5, 2, 3, 2] },
    weights: ['w', 'r', 'b'],
  });
  const shapes = [[8, 4], [8, 2], [8], [8]];
  expect(plan.constants.map(({ shape }) => shape)).toEqual([...shapes, ...shapes]);
  expect(at(plan.operations, 0).results[0]?.shape).toEqual([5, 3, 4]);
});

describe('decompositions', () => {
  const decomposed: [string, Sketch, readonly string[]][] = [
    [
      'pads that differ',
      single('AveragePool', { ...window, pads: [0, 0, 1, 1] }, image),
      ['Pad', 'AveragePool', 'Mul', 'Mul'],
    ],
    ['dilations', single('MaxPool', { ...window, dilations: [2, 2] }, [1, 1, 2, 2]), ['Slice']],
    ['bounds that cross', single('Clip', { min: 2, max: 1 }, image), ['Max', 'Min']],
  ];

  test.each(decomposed)('of %s', (_, sketch, kinds) => {
    expect(kindsOf(sketch)).toEqual(expect.arrayContaining([...kinds]));
  });

  test('of what has a wrong gradient, in training', () => {
    const cases: [string, Sketch['nodes'][number][3], readonly number[]][] = [
      ['Selu', {}, image],
      ['ReduceProd', { axes: [3] }, [1, 1, 4, 1]],
    ];
    for (const [operator, attributes, shape] of cases) {
      const sketch = single(operator, attributes ?? {}, shape);
      expect(kindsOf(sketch)).toEqual([operator]);
      expect(kindsOf(sketch, 'training')).not.toContain(operator);
    }
  });
});

describe('types', () => {
  test('a narrow integer is held in a wider one', () => {
    const sum: Sketch = {
      nodes: [['Add', ['x', 'x'], ['y']]],
      values: { x: [image, 'uint16'], y: [image, 'uint16'] },
    };
    expect(planOf(sum).outputs[0]).toMatchObject({ onnxType: 'uint16', type: 'int32' });
  });

  test.each([
    ['Add', 'uint32', /type uint32 is not supported by MXNet/],
    ['Div', 'int64', /divides int64 as float64/],
    ['BitShift', 'uint8', /BitShift is not supported by MXNet/],
  ] as const)('%s of %s is unsupported', (operator, type, reason) => {
    const attributes = operator === 'BitShift' ? { direction: 'LEFT' } : {};
    const lowering = lowered({
      nodes: [[operator, ['x', 'x'], ['y'], attributes]],
      values: { x: [image, type], y: [image, type] },
    });
    expect(lowering).toMatchObject({ unsupported: expect.stringMatching(reason) });
  });
});
