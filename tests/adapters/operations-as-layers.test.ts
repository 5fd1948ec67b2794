/** Keras.js and ConvNetJS: what nets of layers become of plans, and what no net expresses. */
import { describe, expect, test } from 'vitest';
import { layersOf } from '../../adapters/convnetjs/layers.js';
import { netOf } from '../../adapters/kerasjs/net.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import { type BuildGraph, tensor } from '../../suites/conformance/case-graph.js';
import { cases } from '../../suites/conformance/cases.js';
import { makeModel, openTarget, reference, relativeError, supportOf } from './model.js';
import { convnet, kerasJs } from './targets.js';

type Group = keyof typeof cases;

function drawn(group: Group, name: string): BuildGraph {
  const draw: BuildGraph | undefined = cases[group][name];
  if (!draw) throw new Error(`there is no case ${group}: ${name}`);
  return draw;
}

async function planOf(target: typeof kerasJs, draw: BuildGraph): Promise<Plan> {
  const lowering = target.lower((await makeModel(draw)).graph, 'inference');
  if (!('plan' in lowering)) throw new Error(lowering.unsupported);
  return lowering.plan as Plan;
}

const kerasLayers = async (draw: BuildGraph) =>
  netOf(await planOf(kerasJs, draw)).layers.map(({ className }) => className);

const refusal = async (target: typeof kerasJs, draw: BuildGraph) => {
  const support = supportOf(target, (await makeModel(draw)).graph, 'inference');
  return support.supported ? 'supported' : support.reason;
};

/** Keras.js computes BatchNormalization in the array that it reads, which the sum reads too and which is an output. */
const overwritten: BuildGraph = (g) => {
  const x = g.node('Relu', [g.input('x', [2, 4])]);
  const [ones, zeros] = [tensor([4]), tensor([4])];
  const statistics = [ones, zeros, zeros, { ...ones, data: Float32Array.of(1, 2, 3, 4) }];
  const weights = statistics.map((each, place) => g.constant(`s${place}`, each));
  const normal = g.node('BatchNormalization', [x, ...weights]);
  return [g.add(g.add(normal, x), x), [2, 4]];
};

const twice: BuildGraph = (g) => {
  const x = g.node('Tanh', [g.input('x', [2, 4])]);
  return [g.add(x, x), [2, 4]];
};

describe('Keras.js', () => {
  test('layers are those that a user of Keras writes', async () => {
    expect(await kerasLayers(drawn('convolutions', 'followed by Relu'))).toEqual(['InputLayer', 'Conv2D']);
    const pads = drawn('convolutions', 'different pads on every side');
    expect(await kerasLayers(pads)).toEqual(['InputLayer', 'ZeroPadding2D', 'Conv2D']);
    const row = drawn('convolutions', 'one-dimensional');
    expect(await kerasLayers(row)).toEqual(['InputLayer', 'Conv1D']);
    const flat = drawn('shapes', 'image flattened into a Gemm');
    expect(await kerasLayers(flat)).toEqual(['InputLayer', 'Flatten', 'Dense']);
    const pooled = drawn('shapes', 'global average flattened');
    expect(await kerasLayers(pooled)).toEqual(['InputLayer', 'GlobalAveragePooling2D', 'Dense']);
  });

  test('an LSTM without a bias is given one of zeros, each direction its own', async () => {
    const net = netOf(await planOf(kerasJs, drawn('recurrent', 'bidirectional, without biases')));
    const weights = net.layers[1]?.weights ?? [];
    expect(weights.map(([name]) => name)).toEqual([
      ...['forward_layer/kernel', 'forward_layer/recurrent_kernel'],
      ...['backward_layer/kernel', 'backward_layer/recurrent_kernel'],
      ...['forward_layer/bias', 'backward_layer/bias'],
    ]);
  });

  test.each([
    ['a value that a layer overwrites and others read', overwritten],
    ['a value that one layer reads twice', twice],
    ['softmax over channels', drawn('elementwise', 'Softmax over the channels of an image')],
  ])('%s', async (_, draw) => {
    const model = await makeModel(draw);
    const loaded = await (await openTarget(kerasJs)).loadInference(model);
    for (const buffer of [0, 1, 0]) {
      const actual = loaded.read(await loaded.run(buffer));
      const expected = await reference(model, buffer);
      for (const name of Object.keys(expected))
        expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(1e-5);
    }
    loaded.dispose();
  });

  test.each([
    ['convolutions', 'two groups', /^Conv \(conv_0\): Conv with group 2 is not supported by Keras\.js$/],
    ['convolutions', 'dilations and strides', /Conv with dilations 2,2 and strides 2,2/],
    ['poolings', 'maximum, padded as in ResNet', /^MaxPool .*pads/],
    ['shapes', 'Concat of batches', /^Concat .*batch/],
    ['shapes', 'Reshape that merges the batch', /^Reshape .*one example at a time/],
    ['recurrent', 'last cell', /^LSTM .*outputs cell/],
    ['recurrent', 'clip', /^LSTM .*clip/],
    ['products', 'MatMul of two values', /^MatMul .*computed/],
    ['elementwise', 'Add of a scalar', /^Add .*constant/],
  ] as const)('%s: %s is unsupported', async (group, name, reason) => {
    expect(await refusal(kerasJs, drawn(group, name))).toMatch(reason);
  });
});

describe('ConvNetJS', () => {
  test('a chain ends in its softmax layer, flattens nothing, and reshapes nothing', async () => {
    const types = async (draw: BuildGraph) =>
      layersOf(await planOf(convnet, draw), 'inference').definitions.map(({ type }) => type);
    expect(await types(drawn('products', 'Gemm and Softmax'))).toEqual(['input', 'softmax']);
    const flat = drawn('shapes', 'flattened image, an activation, a Gemm');
    expect(await types(flat)).toEqual(['input', 'relu', 'fc']);
  });

  test.each([
    ['convolutions', 'different strides', /Conv with strides 2,3/],
    ['convolutions', 'different pads on every side', /Conv with pads/],
    ['convolutions', 'result read by a Relu and by an Add', /Add/],
    ['elementwise', 'Softmax over the last axis', /^Softmax .*a layer of its own/],
    ['recurrent', 'last state, time first', /LSTM/],
  ] as const)('%s: %s is unsupported', async (group, name, reason) => {
    expect(await refusal(convnet, drawn(group, name))).toMatch(reason);
  });
});
