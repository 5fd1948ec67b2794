import { describe, expect, test } from 'vitest';
import { expectRefusal, prepare, testTraining } from './conformance.js';
import { type Draw, makeModel, openTarget, tensor } from './model.js';
import { convnet, ort, tfjsJs, tfjsWasm } from './targets.js';

const perceptron: Draw = (g) => {
  const hidden = g.node('Tanh', [g.gemm(g.input('x', [4, 5]), 'first', 5, 6, 1)]);
  return [g.gemm(hidden, 'second', 6, 3, 1), [4, 3]];
};
const single: Draw = (g) => [g.gemm(g.input('x', [1, 5]), 'only', 5, 3, 1), [1, 3]];
const lstm: Draw = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  return [g.gemm(g.squeeze(g.lstm(x, 'lstm', 2, 3), [0]), 'fc', 3, 4, 4), [3, 4]];
};
const pooled: Draw = (g) => {
  const small = g.node('AveragePool', [g.maxPool(g.input('x', [2, 3, 8, 8]), 2)], { kernel_shape: [2, 2] });
  return [g.gemm(g.flatten(g.node('Sigmoid', [small])), 'fc', 27, 3, 1), [2, 3]];
};
const arithmetic: Draw = (g) => {
  const x = g.gemm(g.input('x', [2, 5]), 'first', 5, 6, 1);
  const leaky = g.node('LeakyRelu', [x], { alpha: 0.2 });
  const shifted = g.node('Add', [leaky, g.parameterOf('shift', tensor([6]))]);
  const scaled = g.node('Mul', [shifted, g.node('Elu', [g.node('Sub', [x, leaky])])]);
  const halved = g.node('Div', [x, g.constant('two', tensor([], [2]))]);
  return [g.gemm(g.node('Concat', [scaled, halved], { axis: 1 }), 'second', 12, 3, 1), [2, 3]];
};
const convolutional: Draw = (g) => {
  const first = g.maxPool(g.relu(g.conv(g.input('x', [2, 1, 8, 8]), 'first', 1, 2, 3, 1)), 2);
  const second = g.node('Sigmoid', [g.conv(first, 'second', 2, 3, 2, 0)]);
  return [g.gemm(g.flatten(second), 'fc', 27, 3, 1), [2, 3]];
};
const depthwise: Draw = (g) => {
  const weight = g.parameterOf('depth', tensor([4, 1, 3, 3]));
  const y = g.node('Conv', [g.input('x', [2, 2, 5, 5]), weight], { group: 2 });
  return [g.gemm(g.flatten(y), 'fc', 36, 3, 1), [2, 3]];
};

for (const target of [tfjsJs, tfjsWasm]) {
  testTraining(target, 'perceptron', perceptron);
  testTraining(target, 'batch of one', single);
  testTraining(target, 'LSTM', lstm);
  testTraining(target, 'pooled picture', pooled);
  testTraining(target, 'arithmetic', arithmetic);
}
testTraining(tfjsJs, 'convolutional net', convolutional);
testTraining(tfjsJs, 'depthwise convolution', depthwise);
testTraining(convnet, 'perceptron', perceptron);
testTraining(convnet, 'batch of one', single);
testTraining(convnet, 'convolutional net', convolutional);

describe('refused', () => {
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
    ['pooled picture', pooled, /AveragePool/],
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

  test.each([tfjsJs, tfjsWasm, convnet])('$name: a weight that two nodes share', async (target) => {
    const model = await makeModel((g) => {
      const [weight, bias] = [g.parameterOf('w', tensor([5, 5])), g.parameterOf('b', tensor([5]))];
      const first = g.node('Gemm', [g.input('x', [2, 5]), weight, bias]);
      return [g.node('Gemm', [g.node('Tanh', [first]), weight, bias]), [2, 5]];
    }, 'training');
    await expectRefusal(target, model, /\bw\b.*share/);
  });
});

/** The first layer does not learn. */
const frozen: Draw = (g) => {
  const first = ['first.w', 'first.b'].map((name, index) => g.constant(name, tensor([[5, 4], [4]][index]!)));
  const hidden = g.node('Tanh', [g.node('Gemm', [g.input('x', [2, 5]), ...first])]);
  return [g.gemm(hidden, 'second', 4, 3, 1), [2, 3]];
};
testTraining(tfjsJs, 'a layer that does not learn', frozen);

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
    const framework = await openTarget(target);
    expect(() => framework.loadTraining?.({ ...model, weights })).toThrow(/recurrent half of lstm.B/);
  },
);
