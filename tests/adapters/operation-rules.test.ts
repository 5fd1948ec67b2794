/** What the canonicalisers make of operators: settings settled, layouts kept, nothing planned that moves nothing. */
import { describe, expect, test } from 'vitest';
import { makePlan } from '../../adapters/lowering/lower.js';
import { everything, graphOf, kindsOf, planOf, settingsOf } from './operation-graph.js';

const filters = { w: [4, 3, 3, 3], v: [4, 4, 3, 3] } as const;
const convolutions = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

describe('layouts', () => {
  test('pictures stay with their channels last between convolutions, whatever Transpose says', () => {
    const made = planOf({
      nodes: [
        ['Conv', ['x', 'w'], ['a'], convolutions],
        ['Transpose', ['a'], ['b'], { perm: [0, 2, 3, 1] }],
        ['Relu', ['b'], ['c']],
        ['Transpose', ['c'], ['d'], { perm: [0, 3, 1, 2] }],
        ['Conv', ['d', 'v'], ['y'], convolutions],
      ],
      values: {
        ...{ x: [2, 3, 8, 8], a: [2, 4, 8, 8], b: [2, 8, 8, 4], c: [2, 8, 8, 4], d: [2, 4, 8, 8] },
        ...{ y: [2, 4, 8, 8], ...filters },
      },
      weights: ['w', 'v'],
    });
    expect(kindsOf(made)).toEqual(['Conv', 'Relu', 'Conv']);
    expect(made.inputs[0]?.axes).toEqual([0, 2, 3, 1]);
    expect(made.outputs[0]?.axes).toEqual([0, 2, 3, 1]);
  });

  test('channels first, nothing is turned either', () => {
    const values = { x: [2, 3, 8, 8], y: [2, 4, 8, 8], ...filters };
    const nodes = [['Conv', ['x', 'w'], ['y'], convolutions]] as const;
    const made = planOf({ nodes, values, weights: ['w'] }, everything('first'));
    expect(kindsOf(made)).toEqual(['Conv']);
    expect(made.inputs[0]?.axes).toEqual([0, 1, 2, 3]);
  });

  test('a reduction of channels-last values counts the axes that are left anew', () => {
    const made = planOf({
      nodes: [
        ['Conv', ['x', 'w'], ['a'], convolutions],
        ['ReduceMean', ['a', 'axes'], ['y'], { keepdims: 0 }],
      ],
      values: { x: [2, 3, 8, 6], a: [2, 4, 8, 6], y: [2, 4, 6], ...filters },
      weights: ['w'],
      numbers: { axes: [-2] },
    });
    // [N, H, W, C] without H: [N, W, C], which is ONNX's [N, C, W].
    expect(kindsOf(made)).toEqual(['Conv', 'ReduceMean']);
    expect(settingsOf(made, 'ReduceMean')).toEqual({ axes: [1], keepdims: false });
    expect(made.outputs[0]?.axes).toEqual([0, 2, 1]);
  });

  test('a constant that is added takes the layout at load', () => {
    const made = planOf({
      nodes: [
        ['Conv', ['x', 'w'], ['a'], convolutions],
        ['Add', ['a', 'bias'], ['y']],
      ],
      values: { x: [2, 3, 8, 6], a: [2, 4, 8, 6], y: [2, 4, 8, 6], bias: [4, 1, 6], ...filters },
      weights: ['w', 'bias'],
    });
    expect(kindsOf(made)).toEqual(['Conv', 'Add']);
    expect(made.constants.map(({ shape }) => shape)).toContainEqual([1, 1, 6, 4]);
  });

  test('Flatten of channels-last values is turned once, though two read it', () => {
    const made = planOf({
      nodes: [
        ['Conv', ['x', 'w'], ['a'], convolutions],
        ['Flatten', ['a'], ['b']],
        ['Reshape', ['a', 'shape'], ['c']],
        ['Add', ['b', 'c'], ['y']],
      ],
      values: { x: [2, 3, 8, 6], a: [2, 4, 8, 6], b: [2, 192], c: [2, 192], y: [2, 192], ...filters },
      weights: ['w'],
      numbers: { shape: [2, 192] },
    });
    expect(kindsOf(made).filter((kind) => kind === 'Transpose')).toHaveLength(1);
  });
});

describe('settings', () => {
  test('Slice with negative steps: forward over the same elements, then turned around', () => {
    const made = planOf({
      nodes: [['Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y']]],
      values: { x: [3, 10], y: [3, 4] },
      numbers: { starts: [-1], ends: [-100], axes: [1], steps: [-3] },
    });
    // 9, 6, 3, 0
    expect(settingsOf(made, 'Slice')).toEqual({ begins: [0, 0], ends: [3, 10], strides: [1, 3] });
    expect(settingsOf(made, 'Reverse')).toEqual({ axes: [1] });
  });

  test('Slice of everything is nothing but a copy for the output', () => {
    const made = planOf({
      nodes: [['Slice', ['x', 'starts', 'ends'], ['y']]],
      values: { x: [3, 10], y: [3, 10] },
      numbers: { starts: [0, 0], ends: [3, 1000] },
    });
    expect(kindsOf(made)).toEqual(['Reshape']);
  });

  test.each([
    [11, ['Reshape', 'Softmax', 'Reshape'], 1],
    [13, ['Softmax'], 1],
  ])('Softmax over axis 1 in operator set %i', (opset, kinds, axis) => {
    const nodes = [['Softmax', ['x'], ['y'], { axis: 1 }]] as const;
    const made = planOf({ nodes, values: { x: [2, 3, 4], y: [2, 3, 4] }, opset });
    expect(kindsOf(made)).toEqual(kinds);
    expect(settingsOf(made, 'Softmax')).toEqual({ axis });
  });

  test('bounds of Clip are attributes in older operator sets, constants in newer ones, or computed', () => {
    const values = { x: [4], y: [4], low: [] };
    const nodes = (inputs: string[], attributes = {}) => [['Clip', inputs, ['y'], attributes]] as const;
    const old = planOf({ nodes: nodes(['x'], { min: -1 }), values, opset: 6 });
    expect(settingsOf(old, 'Clip')).toEqual({ low: -1, high: null });
    const given = planOf({ nodes: nodes(['x', '', 'high']), values, numbers: { high: [6] } });
    expect(settingsOf(given, 'Clip')).toEqual({ low: null, high: 6 });
    const computed = planOf({ nodes: nodes(['x', 'low']), values, inputs: ['x', 'low'] });
    expect(kindsOf(computed)).toEqual(['Max']);
  });

  test('an infinite bound of Clip is none, beside a computed one too', () => {
    const infinite = {
      nodes: [['Clip', ['x', 'low', 'high'], ['y']]] as const,
      numbers: { high: [Infinity] },
    };
    const values = { x: [4], y: [4], low: [] };
    const fixed = planOf({ ...infinite, values, numbers: { ...infinite.numbers, low: [0] } });
    expect(settingsOf(fixed, 'Clip')).toEqual({ low: 0, high: null });
    const computed = planOf({ ...infinite, values, inputs: ['x', 'low'] });
    expect(kindsOf(computed)).toEqual(['Max']);
  });

  test('negative indices of Gather: counted from the end here if they are known, else by the plan', () => {
    const nodes = [['Gather', ['x', 'i'], ['y'], { axis: -1 }]] as const;
    const known = planOf({ nodes, values: { x: [3, 5], y: [3, 2] }, numbers: { i: [-1, 0] } });
    expect(kindsOf(known)).toEqual(['Gather']);
    expect(known.constants[0]?.source).toEqual({ kind: 'literal', data: [4, 0] });
    const values = { x: [3, 5], i: [[2], 'int64'], y: [3, 2] } as const;
    const computed = planOf({ nodes, values, inputs: ['x', 'i'] });
    expect(kindsOf(computed)).toEqual(['Less', 'Add', 'Where', 'Gather']);
  });

  test('a literal is there once, however many read it', () => {
    const made = planOf({
      nodes: [
        ['ThresholdedRelu', ['x'], ['a'], { alpha: 0.5 }],
        ['ThresholdedRelu', ['a'], ['y'], { alpha: 0.5 }],
      ],
      values: { x: [4], a: [4], y: [4] },
    });
    expect(made.operations).toHaveLength(4);
    expect(made.constants).toHaveLength(2);
  });

  test('what nobody reads is not planned', () => {
    const made = planOf({
      nodes: [
        ['Exp', ['x'], ['unread']],
        ['Relu', ['x'], ['y']],
      ],
      values: { x: [4], unread: [4], y: [4] },
    });
    expect(kindsOf(made)).toEqual(['Relu']);
  });
});

describe('quantisation', () => {
  const scales = { s: [3], z: [[3], 'int8'], x: [2, 3, 4], y: [[2, 3, 4], 'int8'] } as const;

  test('per axis: rounded, moved, held within the type, and then cast', () => {
    const nodes = [['QuantizeLinear', ['x', 's', 'z'], ['y'], { axis: 1 }]] as const;
    const made = planOf({ nodes, values: scales, weights: ['s', 'z'] });
    expect(kindsOf(made)).toEqual(['Div', 'Round', 'Cast', 'Add', 'Clip', 'Cast']);
    expect(settingsOf(made, 'Clip')).toEqual({ low: -128, high: 127 });
    expect(made.constants.map(({ shape }) => shape)).toEqual([
      [1, 3, 1],
      [1, 3, 1],
    ]);
  });

  test('in blocks, each scale comes for all of its block', () => {
    const made = planOf({
      nodes: [['DequantizeLinear', ['x', 's'], ['y'], { axis: -1, block_size: 2 }]],
      values: { x: [[2, 5], 'uint8'], s: [2, 3], y: [2, 5] },
      weights: ['s'],
    });
    expect(kindsOf(made)).toEqual(['Gather', 'Cast', 'Mul']);
    expect(made.constants.map(({ source }) => source)).toContainEqual({
      kind: 'literal',
      data: [0, 0, 1, 1, 2],
    });
  });
});

describe('sums of whole numbers', () => {
  const scales = ['xs', 'ws', 'ys'].map((name) => [name, []] as const);
  const zeros = ['xz', 'wz', 'yz'].map((name) => [name, [[], 'int8']] as const);
  const constants = { ...Object.fromEntries(scales), ...Object.fromEntries(zeros) };
  const inputs = ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'];
  const convolution = (channels: number) =>
    planOf({
      nodes: [['QLinearConv', inputs, ['y']]],
      values: {
        ...{ x: [[1, channels, 5, 5], 'int8'], w: [[4, channels, 3, 3], 'int8'] },
        ...{ y: [[1, 4, 3, 3], 'int8'], ...constants },
      },
      weights: inputs.slice(1),
    });

  test('that float32 holds: one convolution, of filters that are loaded as fractions', () => {
    const made = convolution(8);
    expect(kindsOf(made).filter((kind) => kind === 'Conv')).toHaveLength(1);
    const filters = made.constants.find(({ shape }) => shape.join() === '3,3,8,4');
    expect(filters?.type).toBe('float32');
  });

  test('that it does not: over so many channels at a time that it does, and added as whole numbers', () => {
    // 255² · 9 · 28 < 2²⁴
    const made = convolution(64);
    const splits = made.operations.filter(({ kind }) => kind === 'Split').map(({ settings }) => settings);
    expect(splits).toEqual([3, 2].map((axis) => ({ axis, sizes: [21, 21, 22] })));
    expect(kindsOf(made).filter((kind) => kind === 'Conv')).toHaveLength(3);
    const added = made.operations.find(({ kind }) => kind === 'Add');
    expect(added?.results[0]?.type).toBe('int32');
  });
});

describe('refusals name the operator, the node and the reason', () => {
  const values = { x: [2, 3], y: [2, 3], s: [], i: [[2, 3], 'int32'] } as const;

  test('an operator that nobody knows', () => {
    expect(() => planOf({ nodes: [['Mystery', ['x'], ['y']]], values })).toThrow(
      'the lowering has no operator Mystery',
    );
  });

  test('a setting that is computed', () => {
    const nodes = [['CumSum', ['x', 'axis'], ['y']]] as const;
    expect(() =>
      planOf({ nodes, values: { ...values, axis: [[], 'int64'] }, inputs: ['x', 'axis'] }),
    ).toThrow('CumSum (node_0): input axis must be a small constant');
  });

  test('samples of regions whose number the data decides', () => {
    const nodes = [['RoiAlign', ['x', 'r', 'b'], ['y']]] as const;
    const given = { x: [1, 2, 4, 4], r: [3, 4], b: [[3], 'int64'], y: [3, 2, 1, 1] } as const;
    expect(() => planOf({ nodes, values: given, inputs: ['x', 'r', 'b'] })).toThrow(
      'RoiAlign (node_0): sampling_ratio 0 is not supported',
    );
  });

  test('quantisation to a type without a range', () => {
    const nodes = [['QuantizeLinear', ['x', 's'], ['i']]] as const;
    expect(() => planOf({ nodes, values, weights: ['s'], outputs: ['i'] })).toThrow(
      'QuantizeLinear (node_0): quantisation to int32 is not supported',
    );
  });

  test('a required attribute or input that the node omits', () => {
    const size = [['LRN', ['x'], ['y']]] as const;
    expect(() => planOf({ nodes: size, values })).toThrow('LRN (node_0): attribute size is required');
    const exponent = [['Pow', ['x', ''], ['y']]] as const;
    expect(() => planOf({ nodes: exponent, values })).toThrow('Pow (node_0): input 1 is required');
  });

  test('an operation without a decomposition that the backend does not support', () => {
    const nodes = [['Erf', ['x'], ['y']]] as const;
    expect(() => planOf({ nodes, values }, everything('last', 'Erf'))).toThrow(
      'Erf (node_0): Erf is not supported by Everything',
    );
  });

  test('a type that the framework does not hold', () => {
    const capabilities = { ...everything(), types: { float32: 'float32' as const } };
    const nodes = [['Neg', ['i'], ['y']]] as const;
    expect(() => planOf({ nodes, values, inputs: ['i'] }, capabilities)).toThrow(
      'type int32 is not supported by Everything',
    );
  });
});

describe('batch normalisation in training', () => {
  const statistics = ['scale', 'bias', 'mean', 'variance'] as const;
  const sketch: Parameters<typeof graphOf>[0] = {
    nodes: [
      ['Conv', ['x', 'w'], ['a'], convolutions],
      ['BatchNormalization', ['a', ...statistics], ['y'], { training_mode: 1, momentum: 0.8 }],
    ],
    values: {
      ...{ x: [2, 3, 8, 8], a: [2, 4, 8, 8], y: [2, 4, 8, 8], ...filters },
      ...Object.fromEntries(statistics.map((name) => [name, [4]])),
    },
    weights: ['w', ...statistics],
  };
  const graph = { ...graphOf(sketch), parameters: ['w', 'scale', 'bias'] };

  test('is the kernel that normalises by the batch, its running statistics not trained', () => {
    const plan = makePlan(graph, 'training', everything('last'));
    // Behind them the logits are turned to ONNX's layout.
    expect(kindsOf(plan)).toEqual(['Conv', 'TrainingBatchNormalization', 'Transpose']);
    expect(settingsOf(plan, 'TrainingBatchNormalization')).toEqual({ axis: 3, epsilon: 1e-5, momentum: 0.8 });
    const trained = plan.constants.filter((constant) => constant.trained);
    expect(trained).toHaveLength(3);
  });

  test('is decomposed where the backend has no such kernel', () => {
    const plan = makePlan(graph, 'training', everything('last', 'TrainingBatchNormalization'));
    expect(kindsOf(plan)).not.toContain('BatchNormalization');
    expect(kindsOf(plan)).toContain('ReduceMean');
  });
  test('has gradients by given statistics that are trained, since no kernel has them', () => {
    const [conv, [operator, inputs, outputs]] = [sketch.nodes[0]!, sketch.nodes[1]!];
    const given = { ...graphOf({ ...sketch, nodes: [conv, [operator, inputs, outputs]] }) };
    const kinds = (parameters: string[]) =>
      kindsOf(makePlan({ ...given, parameters }, 'training', everything('first')));
    expect(kinds(['scale', 'bias'])).toEqual(['Conv', 'BatchNormalization']);
    expect(kinds(['mean'])).not.toContain('BatchNormalization');
    expect(kinds(['mean'])).toContain('Sqrt');
  });
});

describe('Fourier transforms', () => {
  test('an axis counts from the end, and a length cuts off or extends by zeros', () => {
    const made = planOf({
      nodes: [['DFT', ['x', 'n', 'axis'], ['y'], { onesided: 1 }]],
      values: { x: [2, 6, 1], y: [2, 5, 2] },
      numbers: { n: [8], axis: [-2] },
      opset: 20,
    });
    expect(kindsOf(made)).toEqual(['Pad', 'DFT']);
    expect(settingsOf(made, 'DFT')).toEqual({ axis: 1, inverse: false, onesided: true });
  });

  test('frames that no window weights are weighted alike', () => {
    const made = planOf({
      nodes: [['STFT', ['x', 'step', '', 'n'], ['y']]],
      values: { x: [1, 10, 1], y: [1, 4, 3, 2] },
      numbers: { step: [2], n: [4] },
    });
    expect(settingsOf(made, 'STFT')).toEqual({ step: 2, onesided: true });
    expect(made.operations.at(-1)?.results[0]?.shape).toEqual([1, 4, 3, 2]);
  });

  test('of complex signals are refused', () => {
    const nodes = [['STFT', ['x', 'step', 'w'], ['y']]] as const;
    const values = { x: [1, 10, 2], y: [1, 4, 4, 2], w: [4] } as const;
    expect(() => planOf({ nodes, values, weights: ['w'], numbers: { step: [2] } })).toThrow(
      'STFT (node_0): a complex signal is not supported',
    );
  });
});
