/** What the fuse pass joins, and what it leaves alone. */
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../adapters/lowering/capabilities.js';
import { isInOrder } from '../../adapters/lowering/fuse/moved.js';
import { makePlan } from '../../adapters/lowering/lower.js';
import { everything, graphOf, kindsOf, planOf, type Sketch } from './operation-graph.js';

const fusing: Capabilities = {
  ...everything('last'),
  fusedActivations: { Conv: ['Relu'], Gemm: ['Relu', 'Softmax'] },
};
const dense = {
  values: { x: [2, 3], w: [3, 4], b: [4], a: [2, 4], c: [2, 4], y: [2, 4] },
  weights: ['w', 'b'],
};

describe('dense layers', () => {
  test('a product, its bias and an activation are one Gemm', () => {
    const plan = planOf(
      {
        nodes: [
          ['MatMul', ['x', 'w'], ['a']],
          ['Add', ['b', 'a'], ['c']],
          ['Relu', ['c'], ['y']],
        ],
        ...dense,
      },
      fusing,
    );
    expect(plan.form).toBe('1 Gemm+Relu');
    expect(plan.operations[0]?.inputs).toHaveLength(3);
  });

  test('the weight is turned at load where the backend has its outputs first', () => {
    const plan = planOf(
      { nodes: [['Gemm', ['x', 'w', 'b'], ['y']]], ...dense },
      { ...fusing, gemmOutputs: 'first' },
    );
    expect(kindsOf(plan)).toEqual(['Gemm']);
    expect(plan.operations[0]?.settings).toEqual({ transB: true });
    const weight = plan.constants.find(({ shape }) => shape.length === 2);
    expect(weight).toMatchObject({ shape: [4, 3], source: { weight: { name: 'w', order: [1, 0] } } });
  });

  test('a product that something else reads too keeps its bias apart', () => {
    const plan = planOf(
      {
        nodes: [
          ['MatMul', ['x', 'w'], ['a']],
          ['Add', ['a', 'b'], ['c']],
          ['Mul', ['a', 'c'], ['y']],
        ],
        ...dense,
      },
      fusing,
    );
    expect(kindsOf(plan)).toEqual(['Gemm', 'Add', 'Mul']);
  });

  test('an output keeps its own operation', () => {
    const plan = planOf(
      {
        nodes: [
          ['MatMul', ['x', 'w'], ['a']],
          ['Relu', ['a'], ['y']],
        ],
        ...dense,
        outputs: ['a', 'y'],
      },
      fusing,
    );
    expect(plan.form).toBe('1 Gemm, 1 Relu');
  });

  test('a softmax over another axis than the outputs stays', () => {
    const nodes = (axis: number) =>
      [
        ['MatMul', ['x', 'w'], ['a']],
        ['Softmax', ['a'], ['y'], { axis }],
      ] as const;
    expect(planOf({ nodes: nodes(-1), ...dense }, fusing).form).toBe('1 Gemm+Softmax');
    expect(planOf({ nodes: nodes(0), ...dense }, fusing).form).toBe('1 Gemm, 1 Softmax');
  });

  test('a backend without dense layers keeps product and sum', () => {
    const plan = planOf({ nodes: [['Gemm', ['x', 'w', 'b'], ['y']]], ...dense }, everything('last', 'Gemm'));
    expect(kindsOf(plan)).toEqual(['MatMul', 'Add']);
  });
});

describe('a flattening in front of a dense layer', () => {
  const flattened = (input: readonly number[], shape: readonly number[], gemmFlattens = true) => {
    const values = { x: input, a: shape, w: [6, 4], y: [...shape.slice(0, -1), 4] };
    return planOf(
      {
        nodes: [
          ['Reshape', ['x', 'shape'], ['a']],
          ['MatMul', ['a', 'w'], ['y']],
        ],
        values,
        weights: ['w'],
        numbers: { shape: shape },
      },
      { ...fusing, gemmFlattens },
    );
  };

  test('is the layer’s own where it flattens', () => {
    const plan = flattened([2, 3, 2], [2, 6]);
    expect(plan.form).toBe('1 Gemm');
    expect(plan.operations[0]?.inputs[0]).toBe(plan.inputs[0]?.tensor);
    expect(plan.operations[0]?.results[0]?.shape).toEqual([2, 4]);
    expect(flattened([5, 2, 3, 2], [5, 2, 6]).form).toBe('1 Gemm');
  });

  test('stays where the layer does not, and where rows are merged', () => {
    expect(flattened([2, 3, 2], [2, 6], false).form).toBe('1 Reshape, 1 Gemm');
    expect(flattened([2, 2, 6], [4, 6]).form).toBe('1 Reshape, 1 Gemm');
    expect(flattened([4, 3], [2, 6]).form).toBe('1 Reshape, 1 Gemm');
  });

  test('is computed where something else reads it too', () => {
    const values = { x: [2, 3, 2], a: [2, 6], w: [6, 4], y: [2, 4], b: [2, 6] };
    const plan = planOf(
      {
        nodes: [
          ['Flatten', ['x'], ['a']],
          ['MatMul', ['a', 'w'], ['y']],
          ['Relu', ['a'], ['b']],
        ],
        values,
        weights: ['w'],
        outputs: ['y', 'b'],
      },
      { ...fusing, gemmFlattens: true },
    );
    expect(kindsOf(plan)).toEqual(['Reshape', 'Gemm', 'Relu']);
    expect(plan.operations[1]?.inputs[0]).toBe(plan.inputs[0]?.tensor);
  });
});

describe('attention', () => {
  const attention = (change: Partial<Sketch> = {}) =>
    planOf(
      {
        nodes: [
          ['Transpose', ['k'], ['t'], { perm: [0, 1, 3, 2] }],
          ['MatMul', ['x', 't'], ['scores']],
          ['Mul', ['scale', 'scores'], ['scaled']],
          ['Softmax', ['scaled'], ['p'], { axis: -1 }],
          ['MatMul', ['p', 'v'], ['y']],
        ],
        values: {
          ...{ x: [2, 3, 4, 5], k: [2, 3, 6, 5], v: [2, 3, 6, 7], t: [2, 3, 5, 6], scale: [] },
          ...{ scores: [2, 3, 4, 6], scaled: [2, 3, 4, 6], p: [2, 3, 4, 6], y: [2, 3, 4, 7] },
        },
        inputs: ['x', 'k', 'v'],
        weights: ['scale'],
        ...change,
      },
      fusing,
    );

  test('is one operation', () => {
    const plan = attention();
    expect(plan.form).toBe('1 Attention');
    const scale = plan.constants.map(({ tensor }) => tensor);
    expect(plan.operations[0]?.inputs).toEqual([...plan.inputs.map(({ tensor }) => tensor), ...scale]);
    expect(scale).toHaveLength(1);
  });

  test('is left as it is where its weights are an output too, or the scale is computed', () => {
    expect(kindsOf(attention({ outputs: ['p', 'y'] }))).not.toContain('Attention');
    expect(kindsOf(attention({ inputs: ['x', 'k', 'v', 'scale'], weights: [] }))).not.toContain('Attention');
  });

  test('is left as it is where a value is shared by all of a batch', () => {
    const values = {
      ...{ x: [2, 3, 4, 5], k: [2, 3, 6, 5], v: [1, 3, 6, 7], t: [2, 3, 5, 6], scale: [] },
      ...{ scores: [2, 3, 4, 6], scaled: [2, 3, 4, 6], p: [2, 3, 4, 6], y: [2, 3, 4, 7] },
    };
    expect(kindsOf(attention({ values }))).not.toContain('Attention');
  });
});

describe('a product with a transposed factor', () => {
  const scores = (perm: readonly number[], key: readonly number[], turned: readonly number[]) =>
    planOf(
      {
        nodes: [
          ['Transpose', ['k'], ['t'], { perm: [...perm] }],
          ['MatMul', ['x', 't'], ['y']],
        ],
        values: { x: [2, 3, 4, 5], k: key, t: turned, y: [2, 3, 4, 6] },
        inputs: ['x', 'k'],
      },
      fusing,
    );

  test('reads it as it is where only its last axes are swapped', () => {
    const plan = scores([0, 1, 3, 2], [2, 3, 6, 5], [2, 3, 5, 6]);
    expect(plan.form).toBe('1 FusedMatMul');
    expect(plan.operations[0]?.inputs).toEqual(plan.inputs.map(({ tensor }) => tensor));
  });

  test('moves whole rows where others move too', () => {
    const plan = scores([0, 2, 3, 1], [2, 6, 3, 5], [2, 3, 5, 6]);
    expect(kindsOf(plan)).toEqual(['Transpose', 'FusedMatMul']);
    expect(plan.operations[0]).toMatchObject({
      settings: { perm: [0, 2, 1, 3] },
      results: [{ shape: [2, 3, 6, 5] }],
    });
  });

  test('keeps the transposition where its rows would be taken apart otherwise, and where others read it', () => {
    expect(kindsOf(scores([1, 0, 2, 3], [3, 2, 5, 6], [2, 3, 5, 6]))).toEqual(['Transpose', 'MatMul']);
    const values = { x: [5, 5], k: [5, 5], t: [5, 5], y: [5, 5], z: [5, 5] };
    const plan = planOf(
      {
        nodes: [
          ['Transpose', ['k'], ['t'], { perm: [1, 0] }],
          ['MatMul', ['x', 't'], ['y']],
          ['MatMul', ['t', 'y'], ['z']],
        ],
        values,
        inputs: ['x', 'k'],
        outputs: ['z'],
      },
      fusing,
    );
    expect(kindsOf(plan)).toEqual(['Transpose', 'MatMul', 'MatMul']);
  });

  test('stays two operations in a backend without the fused one', () => {
    const plan = planOf(
      {
        nodes: [
          ['Transpose', ['k'], ['t'], { perm: [1, 0] }],
          ['MatMul', ['x', 't'], ['y']],
        ],
        values: { x: [4, 5], k: [6, 5], t: [5, 6], y: [4, 6] },
        inputs: ['x', 'k'],
      },
      everything('last', 'FusedMatMul'),
    );
    expect(kindsOf(plan)).toEqual(['Transpose', 'MatMul']);
  });
});

test('reshapes in a row are one, and one that changes nothing is none', () => {
  const plan = planOf({
    nodes: [
      ['Unsqueeze', ['x', 'axes'], ['a']],
      ['Squeeze', ['a', 'axes'], ['b']],
      ['Relu', ['b'], ['y']],
    ],
    values: { x: [2, 3], a: [2, 1, 3], b: [2, 3], y: [2, 3] },
    numbers: { axes: [1] },
  });
  expect(kindsOf(plan)).toEqual(['Relu']);
});

describe('weights that are trained', () => {
  const sketch: Parameters<typeof graphOf>[0] = {
    nodes: [
      ['MatMul', ['x', 'w'], ['a']],
      ['Transpose', ['w'], ['t'], { perm: [1, 0] }],
      ['MatMul', ['a', 't'], ['y']],
    ],
    values: { x: [2, 3], w: [3, 4], a: [2, 4], t: [4, 3], y: [2, 3] },
    weights: ['w'],
  };
  const trained = { ...graphOf(sketch), parameters: ['w'] };

  test('one that is read in two layouts is one constant', () => {
    const plan = makePlan(trained, 'training', everything('last', 'FusedMatMul'));
    expect(plan.constants).toHaveLength(1);
    expect(plan.constants[0]?.trained).toBe(true);
    expect(kindsOf(plan)).toContain('Transpose');
  });

  test('what training does not update of one is a constant of its own', () => {
    const graph = { ...trained, trainableRanges: { w: { begins: [0, 0], ends: [3, 2] } } };
    const plan = makePlan(graph, 'training', everything('last'));
    expect(plan.constants.map(({ shape, trained: is }) => [shape, is])).toEqual([
      [[3, 2], true],
      [[3, 2], false],
    ]);
    expect(kindsOf(plan)[0]).toBe('Concat');
  });
});

describe('a transposition, a reshape and a transposition', () => {
  test.each([
    ['an image, flattened to rows of channels', [0, 3, 1, 2], [2, 3, 4, 5], [2, 3, 20], [0, 2, 1], true],
    ['axes of extent 1 move nothing', [0, 3, 1, 2], [2, 3, 1, 5], [2, 1, 3, 5], [0, 3, 1, 2], true],
    ['the rows stay columns', [0, 3, 1, 2], [2, 3, 4, 5], [2, 3, 20], [0, 1, 2], false],
    ['another axis comes first', [0, 3, 1, 2], [2, 3, 4, 5], [2, 3, 20], [1, 0, 2], false],
    ['extents without common factors', [1, 0], [4, 6], [3, 8], [1, 0], false],
    ['no elements', [1, 0], [0, 4], [2, 0], [1, 0], false],
  ])('%s', (_, first, before, after, second, expected) => {
    expect(isInOrder(first, before, after, second)).toBe(expected);
  });
});
