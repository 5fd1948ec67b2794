/** An image that is flattened in front of a dense layer is not transposed where its channels are last. */
import { describe, expect, test } from 'vitest';
import { toNative, toOnnx, transposedMatrix, type WeightPart } from '../../adapters/lowering/weight-part.js';
import { everything, kindsOf, planOf } from './operation-graph.js';

const image = {
  values: {
    ...{
      x: [2, 3, 4, 5],
      f: [6, 3, 1, 1],
      a: [2, 6, 4, 5],
      b: [2, 120],
      r: [2, 120],
      w: [7, 120],
      y: [2, 7],
    },
  },
  weights: ['f', 'w'],
};
const conv = ['Conv', ['x', 'f'], ['a']] as const;
const flatten = ['Flatten', ['a'], ['b']] as const;
const gemm = (x: string) => ['Gemm', [x, 'w'], ['y'], { transB: 1 }] as const;

describe('a flattened image', () => {
  test('is read as it lies, with the rows of the weight in its order', () => {
    const plan = planOf({ nodes: [conv, flatten, gemm('b')], ...image });
    expect(kindsOf(plan)).toEqual(['Conv', 'Reshape', 'Gemm']);
    const weight = plan.constants.find(({ shape }) => shape.length === 2);
    expect(weight).toMatchObject({
      shape: [120, 7],
      source: { weight: { view: [7, 6, 4, 5], order: [2, 3, 1, 0] } },
    });
  });

  test('may be changed element by element in between', () => {
    const plan = planOf({ nodes: [conv, flatten, ['Relu', ['b'], ['r']], gemm('r')], ...image });
    expect(kindsOf(plan)).toEqual(['Conv', 'Reshape', 'Relu', 'Gemm']);
  });

  test('may be read by several dense layers', () => {
    const plan = planOf({
      nodes: [conv, flatten, gemm('b'), ['MatMul', ['b', 'v'], ['z']]],
      values: { ...image.values, v: [120, 1], z: [2, 1] },
      weights: [...image.weights, 'v'],
      outputs: ['y', 'z'],
    });
    expect(kindsOf(plan)).toEqual(['Conv', 'Reshape', 'Gemm', 'Gemm']);
  });

  test.each([
    ['something else reads it too', ['Exp', ['b'], ['r']], ['y', 'r']],
    ['it is an output', ['Identity', ['b'], ['r']], ['y', 'b']],
    ['a softmax is over it', ['Softmax', ['b'], ['r'], { axis: -1 }], ['y', 'r']],
  ] as const)('is transposed where %s', (_, node, outputs) => {
    const plan = planOf({ nodes: [conv, flatten, node, gemm('b')], ...image, outputs });
    expect(kindsOf(plan)).toContain('Transpose');
    expect(plan.constants.every(({ source }) => source.kind === 'weight' && !source.weight.view)).toBe(true);
  });

  test('is transposed where the weight is read twice', () => {
    const plan = planOf({
      nodes: [conv, flatten, ['MatMul', ['b', 'v'], ['r']], ['MatMul', ['r', 'v'], ['z']]],
      values: { ...image.values, v: [120, 120], z: [2, 120] },
      weights: [...image.weights, 'v'],
      outputs: ['z'],
    });
    expect(kindsOf(plan)).toContain('Transpose');
  });

  test('of one pixel has lost its axes in the reduction', () => {
    const plan = planOf({
      nodes: [['GlobalAveragePool', ['x'], ['a']], ['Flatten', ['a'], ['b']], gemm('b')],
      values: { x: [2, 3, 4, 5], a: [2, 3, 1, 1], b: [2, 3], w: [7, 3], y: [2, 7] },
      weights: ['w'],
    });
    expect(kindsOf(plan)).toEqual(['ReduceMean', 'Gemm']);
    expect(plan.operations[0]?.settings).toEqual({ axes: [1, 2], keepdims: false });
  });

  test('of one pixel keeps its axes where something else reads them', () => {
    const plan = planOf({
      nodes: [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Flatten', ['a'], ['b']],
        ['Mul', ['a', 'x'], ['r']],
      ],
      values: { x: [2, 3, 4, 5], a: [2, 3, 1, 1], b: [2, 3], r: [2, 3, 4, 5] },
      outputs: ['b', 'r'],
    });
    expect(kindsOf(plan)[0]).toBe('ReduceMean');
    expect(plan.operations[0]?.settings).toEqual({ axes: [1, 2], keepdims: true });
  });
});

test('a transposition that moves axes of extent 1 alone is a reshape', () => {
  const plan = planOf({
    nodes: [
      ['Transpose', ['x'], ['a'], { perm: [1, 2, 0] }],
      ['Reshape', ['a', 'shape'], ['y']],
    ],
    values: { x: [1, 3, 4], a: [3, 4, 1], y: [12] },
    numbers: { shape: [12] },
  });
  expect(kindsOf(plan)).toEqual(['Reshape']);
});

describe('a part of a weight with an axis split', () => {
  // [units, channels·pixels] as [pixels, channels, units].
  const part: WeightPart = { name: 'w', onnxShape: [2, 6], view: [2, 3, 2], order: [2, 1, 0] };
  const data = Float32Array.from({ length: 12 }, (_, place) => place);

  test('comes with the axes of the view in order, and goes back', () => {
    const native = toNative(part, data);
    expect([...native]).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
    expect(toOnnx([[part, native]]).w).toMatchObject({ shape: [2, 6], data });
  });

  test('is transposed as the matrix that it is', () => {
    const turned = transposedMatrix(part, [6, 2]);
    expect(turned?.order).toEqual([0, 2, 1]);
    expect(turned && [...toNative(turned, data)]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    expect(transposedMatrix(part, [4, 3])).toBeUndefined();
  });
});

test('channels first is the order of the weight already', () => {
  const plan = planOf({ nodes: [conv, flatten, gemm('b')], ...image }, everything('first'));
  expect(kindsOf(plan)).toEqual(['Conv', 'Reshape', 'Gemm']);
  expect(plan.constants.every(({ source }) => source.kind === 'weight' && !source.weight.view)).toBe(true);
});
