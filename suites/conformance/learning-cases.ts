/** Small models that learn: each kind of layer that has weights, and what stands between them and the loss. */
import { type Draw, tensor } from './model.js';

export const perceptron: Draw = (g) => {
  const hidden = g.node('Tanh', [g.gemm(g.input('x', [4, 5]), 'first', 5, 6, 1)]);
  return [g.gemm(hidden, 'second', 6, 3, 1), [4, 3]];
};
export const single: Draw = (g) => [g.gemm(g.input('x', [1, 5]), 'only', 5, 3, 1), [1, 3]];
export const lstm: Draw = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  return [g.gemm(g.squeeze(g.lstm(x, 'lstm', 2, 3), [0]), 'fc', 3, 4, 4), [3, 4]];
};
export const pooled: Draw = (g) => {
  const small = g.node('AveragePool', [g.maxPool(g.input('x', [2, 3, 8, 8]), 2)], { kernel_shape: [2, 2] });
  return [g.gemm(g.flatten(g.node('Sigmoid', [small])), 'fc', 27, 3, 1), [2, 3]];
};
export const arithmetic: Draw = (g) => {
  const x = g.gemm(g.input('x', [2, 5]), 'first', 5, 6, 1);
  const leaky = g.node('LeakyRelu', [x], { alpha: 0.2 });
  const shifted = g.node('Add', [leaky, g.parameterOf('shift', tensor([6]))]);
  const scaled = g.node('Mul', [shifted, g.node('Elu', [g.node('Sub', [x, leaky])])]);
  const halved = g.node('Div', [x, g.constant('two', tensor([], [2]))]);
  return [g.gemm(g.node('Concat', [scaled, halved], { axis: 1 }), 'second', 12, 3, 1), [2, 3]];
};
export const convolutional: Draw = (g) => {
  const first = g.maxPool(g.relu(g.conv(g.input('x', [2, 1, 8, 8]), 'first', 1, 2, 3, 1)), 2);
  const second = g.node('Sigmoid', [g.conv(first, 'second', 2, 3, 2, 0)]);
  return [g.gemm(g.flatten(second), 'fc', 27, 3, 1), [2, 3]];
};
export const depthwise: Draw = (g) => {
  const weight = g.parameterOf('depth', tensor([4, 1, 3, 3]));
  const y = g.node('Conv', [g.input('x', [2, 2, 5, 5]), weight], { group: 2 });
  return [g.gemm(g.flatten(y), 'fc', 36, 3, 1), [2, 3]];
};

/** The first layer does not learn. */
export const frozen: Draw = (g) => {
  const first = [g.constant('first.w', tensor([5, 4])), g.constant('first.b', tensor([4]))];
  const hidden = g.node('Tanh', [g.node('Gemm', [g.input('x', [2, 5]), ...first])]);
  return [g.gemm(hidden, 'second', 4, 3, 1), [2, 3]];
};
