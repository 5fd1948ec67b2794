/** What Caffe2 is planned with: its own layers, decompositions of what it has not, and reasons where there is neither. */
import { describe, expect, test } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import caffe2 from '../../adapters/caffe2/index.js';
import { at } from '../../common/at.js';
import type { Mode } from '../../model/workload.js';
import { graphOf, kindsOf } from './operation-graph.js';
import { image, loweringsOf, type Sketch, single } from './target-plans.js';

const target = at(caffe2.targets, 0) as PythonTarget;
const window = { kernel_shape: [2, 2], strides: [1, 1] };

const { lowered, planOf } = loweringsOf(target);

describe('layers', () => {
  const values = { x: [2, 1, 2, 2], flat: [2, 4], w: [4, 3], product: [2, 3], b: [3], y: [2, 3] };

  test('a flattened image, a product and its bias are one FC with the outputs first', () => {
    const plan = planOf({
      nodes: [
        ['Flatten', ['x'], ['flat']],
        ['MatMul', ['flat', 'w'], ['product']],
        ['Add', ['product', 'b'], ['y']],
      ],
      values,
      weights: ['w', 'b'],
    });
    expect(plan.form).toBe('1 Gemm');
    expect(at(plan.operations, 0).inputs[0]).toBe(at(plan.inputs, 0).tensor);
    expect(plan.constants.map(({ shape }) => shape)).toContainEqual([3, 4]);
  });

  test('a trained weight that several products read is one constant', () => {
    const plan = planOf(
      {
        nodes: [
          ['MatMul', ['x', 'w'], ['a']],
          ['MatMul', ['a', 'w'], ['y']],
        ],
        values: { x: [2, 3], w: [3, 3], a: [2, 3], y: [2, 3] },
        weights: ['w'],
      },
      'training',
      ['w'],
    );
    expect(plan.constants).toHaveLength(1);
    expect(kindsOf(plan)).toEqual(['MatMul', 'MatMul']);
  });

  test('recurrent layers in any direction are its cells, with the gates in its order', () => {
    const lstm = (direction: string, directions: number) =>
      planOf({
        nodes: [['LSTM', ['x', 'w', 'r', 'b'], ['y'], { direction, hidden_size: 4 }]],
        values: {
          ...{ x: [3, 1, 2], w: [directions, 16, 2], r: [directions, 16, 4], b: [directions, 32] },
          y: [3, directions, 1, 4],
        },
        weights: ['w', 'r', 'b'],
      });
    for (const [direction, directions] of [
      ['forward', 1],
      ['reverse', 1],
      ['bidirectional', 2],
    ] as const) {
      const plan = lstm(direction, directions);
      expect(kindsOf(plan)[0]).toBe('LSTM');
      expect(plan.constants).toHaveLength(4 * directions);
      const orders = plan.constants.map(
        ({ source }) => source.kind === 'weight' && source.weight.blocks?.order,
      );
      expect(orders).toEqual(plan.constants.map(() => [0, 2, 1, 3]));
    }
  });

  test('a GRU is its cell, whether it resets before or behind its product', () => {
    for (const before of [0, 1]) {
      const plan = planOf({
        nodes: [['GRU', ['x', 'w', 'r'], ['y'], { hidden_size: 4, linear_before_reset: before }]],
        values: { x: [3, 1, 2], w: [1, 12, 2], r: [1, 12, 4], y: [3, 1, 1, 4] },
        weights: ['w', 'r'],
      });
      expect(at(plan.operations, 0)).toMatchObject({
        kind: 'GRU',
        settings: { linearBeforeReset: before === 1, given: ['w', 'r'] },
      });
    }
  });
});

describe('decompositions', () => {
  const cases: [string, Sketch, readonly string[]][] = [
    [
      'pads as wide as the kernel',
      single('AveragePool', { ...window, pads: [0, 2, 0, 0], count_include_pad: 1 }, [1, 1, 3, 5]),
      ['Pad', 'AveragePool'],
    ],
    ['dilations', single('MaxPool', { ...window, dilations: [2, 1] }, [1, 1, 2, 3]), ['Slice', 'Max']],
    ['what overflows', single('Softplus', {}, image), ['Abs', 'Exp', 'Log']],
    ['bits', single('Round', {}, image), ['Floor', 'Where']],
    [
      'a transposed convolution over one axis',
      {
        nodes: [['ConvTranspose', ['x', 'w'], ['y'], { kernel_shape: [2], strides: [2] }]],
        values: { x: [1, 1, 4], w: [1, 1, 2], y: [1, 1, 8] },
        weights: ['w'],
      },
      ['Reshape', 'ConvTranspose'],
    ],
  ];

  test.each(cases)('%s', (_, sketch, kinds) => {
    expect(kindsOf(planOf(sketch))).toEqual(expect.arrayContaining([...kinds]));
  });

  test('narrow integers are held in wider ones, and what overflows is wrapped', () => {
    for (const [type, held] of [
      ['uint8', 'int32'],
      ['uint32', 'int64'],
    ] as const) {
      const sketch = single('Add', {}, image, image, type);
      const plan = planOf({ ...sketch, nodes: [['Add', ['x', 'x'], ['y']]] });
      expect(at(plan.outputs, 0)).toMatchObject({ onnxType: type, type: held });
      expect(kindsOf(plan)).toEqual(['Add', 'BitwiseAnd']);
    }
  });
});

describe('reasons', () => {
  test('an operator that the lowering has not is named', () => {
    for (const operator of ['NonMaxSuppression', 'If', 'constructor'])
      expect(lowered(single(operator, {}, image))).toEqual({
        unsupported: expect.stringContaining(operator),
      });
  });

  test('a type that a kernel has not is named', () => {
    expect(lowered(single('Exp', {}, image, image, 'float64'))).toEqual({
      unsupported: expect.stringMatching(/Exp.*float64/),
    });
    expect(lowered(single('Neg', {}, image, image, 'float16'))).toEqual({
      unsupported: expect.stringMatching(/Neg.*float16/),
    });
    const joined: Sketch = {
      nodes: [['Concat', ['x', 'x'], ['y'], { axis: 0 }]],
      values: { x: [image, 'float16'], y: [[2, 1, 4, 4], 'float16'] },
    };
    expect(kindsOf(planOf(joined))).toEqual(['Concat']);
  });

  test('an attribute is named with its value', () => {
    const sketch: Sketch = {
      nodes: [['LSTM', ['x', 'w', 'w'], ['y'], { direction: 'up' }]],
      values: { x: [3, 1, 4], w: [1, 16, 4], y: [3, 1, 1, 4] },
      weights: ['w'],
    };
    expect(lowered(sketch)).toEqual({ unsupported: expect.stringMatching(/LSTM.*direction up/) });
  });
});

describe('training', () => {
  const scale = (operator: string, inputs: readonly string[], values: Sketch['values']): Sketch => ({
    nodes: [
      ['Mul', ['x', 'w'], ['scaled']],
      [operator, ['scaled', ...inputs], ['y']],
    ],
    values: { x: [1, 2], w: [1, 2], scaled: [1, 2], y: [1, 2], ...values },
    weights: ['w', ...inputs],
  });

  test('tied maxima are told apart: by oneDNN over two axes, by comparisons elsewhere', () => {
    const pool = (x: readonly number[], y: readonly number[]): Sketch => ({
      nodes: [
        ['Mul', ['x', 'w'], ['scaled']],
        ['MaxPool', ['scaled'], ['y'], { kernel_shape: [2, 2] }],
      ],
      values: { x, w: [1], scaled: x, y },
      weights: ['w'],
    });
    const kinds = (sketch: Sketch, mode: Mode = 'training') =>
      kindsOf(planOf(sketch, mode, mode === 'training' ? ['w'] : []));
    expect(kinds(pool(image, [1, 1, 3, 3]))).toEqual(['Mul', 'MaxPool']);
    const thin = pool([1, 1, 2, 4], [1, 1, 1, 3]);
    expect(kinds(thin)).toEqual(expect.arrayContaining(['Less', 'Where']));
    expect(kinds(thin, 'inference')).toEqual(['Mul', 'MaxPool']);
    const globally: Sketch = {
      ...pool(image, [1, 1, 1, 1]),
      nodes: [
        ['Mul', ['x', 'w'], ['scaled']],
        ['GlobalMaxPool', ['scaled'], ['y']],
      ],
    };
    expect(kinds(globally)).toEqual(['Mul', 'ReduceMax']);
  });

  test('batch normalisation by the statistics of the batch is its own kernel', () => {
    const statistics = ['s', 'b', 'm', 'v'];
    const sketch: Sketch = {
      nodes: [['BatchNormalization', ['x', ...statistics], ['y', 'mean', 'var'], { training_mode: 1 }]],
      values: {
        ...{ x: [2, 3, 4, 4], y: [2, 3, 4, 4], s: [3], b: [3], m: [3], v: [3], mean: [3], var: [3] },
      },
      weights: statistics,
    };
    expect(planOf(sketch, 'training', ['s', 'b']).form).toBe('1 TrainingBatchNormalization');
  });

  test('what has no gradient is refused by name, and computed in inference', () => {
    const sketch: Sketch = {
      ...scale('ScatterElements', ['updates'], { updates: [1, 2] }),
      nodes: [
        ['Mul', ['x', 'w'], ['scaled']],
        ['ScatterElements', ['scaled', 'places', 'updates'], ['y'], { axis: 1 }],
      ],
      values: {
        ...{ x: [1, 2], w: [1, 2], scaled: [1, 2], y: [1, 2], updates: [1, 2] },
        places: [[1, 2], 'int64'],
      },
      weights: ['w', 'updates', 'places'],
    };
    const graph = { ...graphOf(sketch), constants: { places: [1, 0] } };
    expect(target.lower(graph, 'inference')).toHaveProperty('plan');
    expect(target.lower({ ...graph, parameters: ['w'] }, 'training')).toEqual({
      unsupported: expect.stringMatching(/ScatterElements.*gradient/),
    });
  });

  test('random masks and weights that nothing reads are refused', () => {
    expect(lowered(single('Dropout', {}, image), 'training')).toEqual({
      unsupported: expect.stringContaining('Dropout'),
    });
    const idle = { ...single('Relu', {}, image), weights: ['w'] };
    const values = { ...idle.values, w: [2] };
    expect(lowered({ ...idle, values }, 'training', ['w'])).toEqual({
      unsupported: expect.stringContaining('the weight w'),
    });
  });
});

test('every thread pool has the budget', () => {
  expect(
    target.environment({ threads: 3, cpus: [0, 1, 2], device: { kind: 'cpu', index: 0 } }, '/cache'),
  ).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
  });
});
