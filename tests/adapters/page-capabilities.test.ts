/** What backends in pages lack: decided from the graph, before a browser is started. */
import { describe, expect, test, vi } from 'vitest';
import type { InferenceModel, Model, OpenFramework, TrainingModel } from '../../adapters/adapter.js';
import convnetjs from '../../adapters/convnetjs/index.js';
import kerasjs from '../../adapters/kerasjs/index.js';
import onnxruntime from '../../adapters/onnxruntime/index.js';
import tfjs from '../../adapters/tfjs/index.js';
import { packedWhereRight } from '../../adapters/tfjs/packing.js';
import type { Tf } from '../../adapters/tfjs/tf.js';
import { defined } from '../../common/at.js';
import type { Graph } from '../../model/graph.js';
import { supportOf } from './model.js';
import { graphOf, type Sketch } from './operation-graph.js';

function target(name: string) {
  const targets = [convnetjs, kerasjs, onnxruntime, tfjs].flatMap((framework) => framework.targets);
  return defined(
    targets.find((each) => each.name === name),
    name,
  );
}

function reasonOf(
  name: string,
  graph: Graph,
  mode: 'inference' | 'training' = 'inference',
): string | undefined {
  const support = supportOf(target(name), graph, mode);
  return support.supported ? undefined : support.reason;
}

const pool = (attributes: NonNullable<Sketch['nodes'][number][3]>) =>
  graphOf({
    nodes: [['MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], strides: [2, 2], ...attributes }]],
    values: { x: [1, 2, 4, 4], y: [1, 2, 2, 2] },
  });

/** The pooling decides that channels are last. */
const concat = (axis: number, isComputed: boolean) =>
  graphOf({
    nodes: [
      ['MaxPool', ['x'], ['a'], { kernel_shape: [1, 1] }],
      ['MaxPool', ['x'], ['b'], { kernel_shape: [1, 1] }],
      ['Concat', [isComputed ? 'a' : 'x', 'b'], ['y'], { axis }],
    ],
    values: {
      x: [1, 2, 4, 4],
      a: [1, 2, 4, 4],
      b: [1, 2, 4, 4],
      y: axis === 1 ? [1, 4, 4, 4] : [1, 2, 8, 4],
    },
  });

describe("ONNX Runtime's WebGL backend", () => {
  const name = 'onnxruntime/webgl@browser';

  test('takes what it has', () => {
    expect(reasonOf(name, pool({}))).toBeUndefined();
  });

  test.each<[string, Graph, RegExp]>([
    ['ceil_mode', pool({ ceil_mode: 1 }), /MaxPool with ceil_mode 1 .*WebGL/],
    ['dilations', pool({ dilations: [2, 2] }), /MaxPool with dilations .*WebGL/],
    [
      'an operator',
      graphOf({ nodes: [['Erf', ['x'], ['y']]], values: { x: [2], y: [2] } }),
      /Erf \(.*\) is not supported .*WebGL/,
    ],
    [
      'one bound of Clip',
      graphOf({
        nodes: [['Clip', ['x', 'low'], ['y']]],
        values: { x: [2], low: [], y: [2] },
        weights: ['low'],
      }),
      /Clip with one bound/,
    ],
  ])('refuses %s', (_, graph, reason) => {
    expect(reasonOf(name, graph)).toMatch(reason);
    expect(reasonOf('onnxruntime/wasm@browser', graph)).toBeUndefined();
  });
});

test('an activation that the LSTM of ONNX Runtime lacks on WebGPU is named', () => {
  const lstm = (...activations: string[]) =>
    graphOf({
      nodes: [['LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: 2, activations }]],
      values: { x: [3, 1, 2], w: [1, 8, 2], r: [1, 8, 2], y: [3, 1, 1, 2] },
      weights: ['w', 'r'],
    });
  expect(reasonOf('onnxruntime/webgpu@browser', lstm('HardSigmoid', 'Tanh', 'Tanh'))).toMatch(
    /LSTM \(.*\): HardSigmoid is not supported on WebGPU/,
  );
  expect(reasonOf('onnxruntime/webgpu@browser', lstm('Sigmoid', 'Tanh', 'Relu'))).toBeUndefined();
  expect(reasonOf('onnxruntime/wasm@browser', lstm('HardSigmoid', 'Tanh', 'Tanh'))).toBeUndefined();
});

describe('Keras.js on WebGL', () => {
  test.each<[string, Graph, RegExp | undefined]>([
    ['channels of what layers have computed', concat(1, true), undefined],
    ['channels of an input', concat(1, false), /Concat \(.*\) of an input .*WebGL/],
    ['rows', concat(2, true), /Concat along axis 1 of 4 .*WebGL/],
  ])('joins %s', (_, graph, reason) => {
    const found = reasonOf('kerasjs/webgl@browser', graph);
    if (reason) expect(found).toMatch(reason);
    else expect(found).toBeUndefined();
    expect(reasonOf('kerasjs/js@browser', graph)).toBeUndefined();
  });
});

test('the WebGPU backend of TensorFlow.js has no operations on bits', () => {
  const graph = graphOf({
    nodes: [['BitwiseAnd', ['x', 'x'], ['y']]],
    values: { x: [[4], 'int32'], y: [[4], 'int32'] },
  });
  expect(reasonOf('tfjs/webgpu@browser', graph)).toMatch(/BitwiseAnd .*WebGPU/);
  expect(reasonOf('tfjs/webgl@browser', graph)).toBeUndefined();
});

describe('textures of TensorFlow.js', () => {
  const set = vi.fn<(flag: string, value: boolean) => void>();
  const tf = { env: () => ({ set }) } as unknown as Tf;
  const nothing = {} as InferenceModel & TrainingModel;
  const framework: OpenFramework = {
    describe: () => expect.fail('is not asked'),
    loadInference: () => nothing,
    loadTraining: () => nothing,
  };
  const product = (weights: readonly string[]) => {
    const graph = graphOf({
      nodes: [['MatMul', ['a', 'b'], ['y']]],
      values: { a: [2, 3], b: [3, 2], y: [2, 2] },
      inputs: ['a', 'b'].filter((name) => !weights.includes(name)),
      weights,
    });
    const lowered = target('tfjs/webgl@browser').lower(graph, 'inference');
    if (!('plan' in lowered)) throw new Error(lowered.unsupported);
    return { plan: lowered.plan } as Model;
  };

  test.each([
    ['packed where a factor of each product is a weight', ['b'], 'loadInference', true],
    ['not packed where both are computed', [], 'loadInference', false],
    ['not packed in training', ['b'], 'loadTraining', false],
  ] as const)('are %s', async (_, weights, load, packed) => {
    set.mockClear();
    const loaded = await packedWhereRight(tf, framework)[load]?.(product(weights));
    expect(loaded?.configuration).toEqual({ packed });
    expect(set).toHaveBeenCalledWith('WEBGL_PACK', packed);
    expect(set).toHaveBeenCalledWith('WEBGL_LAZILY_UNPACK', packed);
    expect(new Set(set.mock.calls.map(([, value]) => value))).toEqual(new Set([packed]));
  });
});
