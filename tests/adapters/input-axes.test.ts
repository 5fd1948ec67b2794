/** In what layout a graph's inputs come. */
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../adapters/lowering/capabilities.js';
import { everything, kindsOf, planOf } from './operation-graph.js';
import { forms } from './recurrent-forms.js';

describe('an image', () => {
  const image = {
    nodes: [
      ['Sub', ['x', 'mean'], ['a']],
      ['Relu', ['a'], ['b']],
      ['Conv', ['b', 'f'], ['y']],
    ],
    values: {
      ...{ x: [2, 3, 4, 5], mean: [1, 3, 1, 1], a: [2, 3, 4, 5], b: [2, 3, 4, 5] },
      ...{ f: [6, 3, 1, 1], y: [2, 6, 4, 5] },
    },
    weights: ['mean', 'f'],
  } as const;

  test('comes with its channels where the backend has them, also where it is scaled first', () => {
    const plan = planOf(image, everything('last'));
    expect(plan.inputs[0]?.axes).toEqual([0, 2, 3, 1]);
    expect(kindsOf(plan)).toEqual(['Sub', 'Relu', 'Conv']);
    expect(planOf(image, everything('first')).inputs[0]?.axes).toEqual([0, 1, 2, 3]);
  });

  test('is none where no window reads it', () => {
    const plan = planOf({ nodes: [['Relu', ['x'], ['y']]], values: { x: [2, 3, 4, 5], y: [2, 3, 4, 5] } });
    expect(plan.inputs[0]?.axes).toEqual([0, 1, 2, 3]);
  });
});

describe('a sequence and first states', () => {
  const capabilities = (form: string): Capabilities => {
    const recurrent = forms[form];
    if (!recurrent) throw new Error(form);
    return { ...everything('last'), recurrent };
  };
  const lstm = (layout: 0 | 1) => ({
    nodes: [['LSTM', ['x', 'W', 'R', '', '', 'h', 'c'], ['', 'y'], { layout }]] as const,
    values: {
      ...{ x: layout ? [2, 5, 3] : [5, 2, 3], W: [1, 16, 3], R: [1, 16, 4] },
      ...(layout
        ? { h: [2, 1, 4], c: [2, 1, 4], y: [2, 1, 4] }
        : { h: [1, 2, 4], c: [1, 2, 4], y: [1, 2, 4] }),
    },
    weights: ['W', 'R'],
    inputs: ['x', 'h', 'c'],
  });

  test.each([0, 1] as const)('come as the layer takes them, layout %s', (layout) => {
    const plan = planOf(lstm(layout), capabilities('as Keras has them'));
    const axes = layout ? [0, 1, 2] : [1, 0, 2];
    expect(plan.inputs.map((port) => port.axes)).toEqual([axes, axes, axes]);
    expect(kindsOf(plan)).not.toContain('Transpose');
  });

  test('come as they are where the layer has steps first and stacked states', () => {
    const plan = planOf(lstm(0), capabilities('as PyTorch has them'));
    expect(plan.inputs.map((port) => port.axes)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});
