import { describe, expect, test } from 'vitest';
import keras from '../../adapters/keras/index.js';
import { type BuildGraph, tensor } from '../../suites/conformance/case-graph.js';
import {
  arithmetic,
  convolutional,
  depthwise,
  frozen,
  gru,
  lstm,
  perceptron,
  pooled,
  single,
} from '../../suites/conformance/training-cases.js';
import { expectRefusal, prepare, testTraining } from './conformance.js';
import { makeModel, openTarget, supportOf } from './model.js';
import { convnet, ort, tfjsJs, tfjsWasm } from './targets.js';

const inTwoLayouts: BuildGraph = (g) => {
  const weight = g.parameterOf('w', tensor([5, 5]));
  const first = g.node('MatMul', [g.input('x', [2, 5]), weight]);
  return [g.node('Gemm', [g.node('Tanh', [first]), weight], { transB: 1 }), [2, 5]];
};

const shared: BuildGraph = (g) => {
  const [weight, bias] = [g.parameterOf('w', tensor([5, 5])), g.parameterOf('b', tensor([5]))];
  const first = g.node('Gemm', [g.input('x', [2, 5]), weight, bias]);
  return [g.node('Gemm', [g.node('Tanh', [first]), weight, bias]), [2, 5]];
};

for (const target of [tfjsJs, tfjsWasm]) {
  testTraining(target, 'perceptron', perceptron);
  testTraining(target, 'batch of one', single);
  testTraining(target, 'LSTM', lstm);
  testTraining(target, 'GRU', gru);
  testTraining(target, 'pooled image', pooled);
  testTraining(target, 'arithmetic', arithmetic);
}
testTraining(tfjsJs, 'convolutional net', convolutional);
testTraining(tfjsJs, 'depthwise convolution', depthwise);
testTraining(convnet, 'perceptron', perceptron);
testTraining(convnet, 'batch of one', single);
testTraining(convnet, 'convolutional net', convolutional);

describe('refused', () => {
  test('keras/tensorflow: Adam on an embedding, whose rows it would square one by one', async () => {
    const model = await makeModel((g) => {
      const words = g.constant('words', { type: 'int64', shape: [2], data: BigInt64Array.of(1n, 1n) });
      const rows = g.node('Gather', [g.parameterOf('table', tensor([3, 5])), words]);
      return [g.gemm(g.add(g.input('x', [2, 5]), rows), 'fc', 5, 3, 1), [2, 3]];
    }, 'training');
    const [tensorflow, ...others] = keras.targets;
    const adam = { name: 'adam', learningRate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1e-15 } as const;
    const { training } = model.manifest;
    const reason = expect.stringMatching(/^Gather .*squares the rows/);
    expect(supportOf(tensorflow!, model.graph, 'training', adam)).toEqual({ supported: false, reason });
    expect(supportOf(tensorflow!, model.graph, 'training', training?.optimiser)).toEqual({ supported: true });
    for (const other of others)
      expect(supportOf(other, model.graph, 'training', adam)).toEqual({ supported: true });
  });

  test.each([[ort.name, 'perceptron', perceptron]])('%s has no training at all', () => {
    expect(ort.modes.training).toEqual({ supported: false, reason: expect.stringMatching(/no training/) });
  });

  test.each([
    ['convolutional net', convolutional, /Conv2DBackpropFilter.*gradient of Conv/],
    ['depthwise convolution', depthwise, /DepthwiseConv2dNativeBackpropFilter.*Conv/],
  ])('tfjs/wasm: %s names the missing kernel', async (name, draw, reason) => {
    const { model } = await prepare(draw, 'training', name);
    await expectRefusal(tfjsWasm, model, reason);
  });

  test.each([
    ['LSTM', lstm, /LSTM/],
    ['pooled image', pooled, /AveragePool/],
  ])('convnetjs/js: %s', async (name, draw, reason) => {
    const { model } = await prepare(draw, 'training', name);
    await expectRefusal(convnet, model, reason);
  });

  test('convnetjs/js: a layer without a bias, because it would learn one', async () => {
    const model = await makeModel((g) => {
      const weight = g.parameterOf('w', tensor([5, 3]));
      return [g.node('Gemm', [g.input('x', [2, 5]), weight]), [2, 3]];
    }, 'training');
    await expectRefusal(convnet, model, /bias/);
  });

  test('convnetjs/js: a constant weight, because it would learn', async () => {
    const model = await makeModel(frozen, 'training');
    await expectRefusal(convnet, model, /first/);
  });

  test('convnetjs/js: a weight that two nodes share', async () => {
    await expectRefusal(convnet, await makeModel(shared, 'training'), /\bw\b.*share/);
  });
});

for (const target of [tfjsJs, tfjsWasm]) testTraining(target, 'a weight that two nodes share', shared);
testTraining(tfjsJs, 'a layer that does not learn', frozen);
for (const target of [tfjsJs, tfjsWasm])
  testTraining(target, 'a weight that is read in two layouts', inTwoLayouts);

test('tfjs/js: constants stay as they are while the rest learns', async () => {
  const model = await makeModel(frozen, 'training');
  const framework = await openTarget(tfjsJs);
  const learning = await framework.loadTraining!(model);
  for (let step = 0; step < 3; step++) await learning.step(0);
  // The same parameters over the first constants give the same logits, unless the constants have moved.
  const weights = { ...model.weights, ...(await learning.weights()) };
  const again = await framework.loadTraining!({ ...model, weights });
  expect(await again.output(0)).toEqual(await learning.output(0));
});

test.each([tfjsJs, tfjsWasm])(
  '$name does not train an LSTM whose second bias is not zero',
  async (target) => {
    const model = await makeModel(lstm, 'training');
    const bias = model.weights['lstm.B']!;
    const data = Float32Array.from(bias.data as Float32Array).fill(0.5, bias.data.length / 2);
    const weights = { ...model.weights, 'lstm.B': { ...bias, data } };
    const graph = { ...model.graph, zeroRecurrentBiases: [] };
    const framework = await openTarget(target);
    expect(() => framework.loadTraining?.({ ...model, graph, weights })).toThrow(
      /lstm.B that training does not update/,
    );
  },
);
