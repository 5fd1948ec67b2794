/**
 * Operators of the domain `com.microsoft` that ONNX Runtime's optimiser puts together, and those of its dynamic quantiser, taken apart
 * into ONNX's own (ONNX Runtime, docs/ContribOperators.md): files that it has saved have them.
 */

import type { Attribute } from '../graph.js';
import { decodeAttribute, refuse } from './decode.js';
import type { Writing, Written } from './decomposition.js';
import { noExternalData } from './external-data.js';
import type { NodeProto } from './proto.js';

type Attributes = Readonly<Record<string, Attribute>>;

/** By their names. */
export const fusedOperators: Readonly<Record<string, Written>> = {
  FusedConv(to, [x = '', weights = '', bias = '', sum = ''], node) {
    const own = (node.attribute ?? []).filter(({ name }) => !/^activation/.test(name ?? ''));
    const convolved = to.add('Conv', [x, weights, ...(bias === '' ? [] : [bias])], own);
    const added = sum === '' ? convolved : to.add('Add', [convolved, sum]);
    const { activation, activation_params: parameters } = settingsOf(node);
    activate(to, added, activation, Array.isArray(parameters) ? parameters.map(Number) : []);
  },
  FusedGemm(to, inputs, node) {
    const own = (node.attribute ?? []).filter(({ name }) => !/^activation/.test(name ?? ''));
    const { activation, activation_alpha: alpha, activation_beta: beta } = settingsOf(node);
    activate(to, to.add('Gemm', inputs, own), activation, [Number(alpha ?? 0), Number(beta ?? 0)]);
  },
  FusedMatMul(to, [a = '', b = ''], node) {
    const { alpha = 1, ...turned } = settingsOf(node);
    // How many axes there are before the last two is not known here, and Transpose would have to name them.
    if (Object.values(turned).some((flag) => flag !== 0))
      throw refuse(`node ${to.label} (FusedMatMul) transposes`, 'save the model without optimising it');
    to.add('Mul', [to.add('MatMul', [a, b]), to.scalar(Number(alpha))]);
  },
  Gelu(to, [x = '']) {
    gelu(to, x);
  },
  BiasGelu(to, [x = '', bias = '']) {
    gelu(to, to.add('Add', [x, bias]));
  },
  /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) */
  FastGelu(to, [x = '', bias = '']) {
    const y = bias === '' ? x : to.add('Add', [x, bias]);
    const cube = to.add('Mul', [to.add('Mul', [y, y]), y]);
    const inner = to.add('Add', [y, to.add('Mul', [cube, to.scalar(0.044715)])]);
    const bent = to.add('Tanh', [to.add('Mul', [inner, to.scalar(Math.sqrt(2 / Math.PI))])]);
    const half = to.add('Mul', [y, to.scalar(0.5)]);
    to.add('Mul', [half, to.add('Add', [bent, to.scalar(1)])]);
  },
  /** x · σ(αx) */
  QuickGelu(to, [x = ''], node) {
    const { alpha = 1.702 } = settingsOf(node);
    to.add('Mul', [x, to.add('Sigmoid', [to.add('Mul', [x, to.scalar(Number(alpha))])])]);
  },
  DynamicQuantizeMatMul(to, [a = '', b = '', scale = '', zero = '', bias = '']) {
    const quantised = to.add('DynamicQuantizeLinear', [a]);
    const [ownScale, ownZero] = [`${quantised}/scale`, `${quantised}/zero`];
    Object.assign(to.nodes.at(-1) ?? {}, { output: [quantised, ownScale, ownZero] });
    summed(to, [quantised, b, ownZero, zero], [ownScale, scale], bias);
  },
  MatMulIntegerToFloat(to, inputs) {
    const [a = '', b = '', ownScale = '', scale = '', ownZero = '', zero = '', bias = ''] = inputs;
    summed(to, [a, b, ownZero, zero], [ownScale, scale], bias);
  },
  /**
   * With its weights made into fractions. Its kernel also rounds what it multiplies them with to 8 bits, in every step anew; an LSTM
   * that does not is nearer to what was trained.
   */
  DynamicQuantizeLSTM(to, inputs, node) {
    const [x = '', w = '', r = '', b = '', lengths = '', h = '', c = '', peepholes = ''] = inputs;
    const [wScale = '', wZero = '', rScale = '', rZero = ''] = inputs.slice(8);
    const weights = [fractions(to, w, wScale, wZero), fractions(to, r, rScale, rZero)];
    const given = [x, ...weights, b, lengths, h, c, peepholes];
    to.add('LSTM', given.slice(0, given.findLastIndex(Boolean) + 1), node.attribute ?? []);
  },
};

function settingsOf(node: NodeProto): Attributes {
  const decoded = (node.attribute ?? []).map((attribute) => [
    attribute.name ?? '',
    decodeAttribute(attribute, noExternalData, `node ${node.name}`),
  ]);
  return Object.fromEntries(decoded) as Attributes;
}

function activate(to: Writing, x: string, activation: Attribute | undefined, parameters: readonly number[]) {
  const [first = 0, second = 0] = parameters;
  switch (activation ?? '') {
    case '':
      return;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      to.add(String(activation), [x]);
      return;
    case 'LeakyRelu':
      to.addWith('LeakyRelu', [x], { alpha: first });
      return;
    case 'HardSigmoid':
      to.addWith('HardSigmoid', [x], { alpha: first, beta: second });
      return;
    case 'Clip':
      // Clip itself takes its bounds in another way before operator set 11.
      to.add('Min', [to.add('Max', [x, to.scalar(first)]), to.scalar(second)]);
      return;
    default:
      throw refuse(`node ${to.label} has the activation ${String(activation)}, which is not known`);
  }
}

/** x/2 · (1 + erf(x/√2)) */
function gelu(to: Writing, x: string): void {
  const bent = to.add('Erf', [to.add('Mul', [x, to.scalar(Math.SQRT1_2)])]);
  to.add('Mul', [to.add('Mul', [x, to.scalar(0.5)]), to.add('Add', [bent, to.scalar(1)])]);
}

/** The product of whole numbers, and what it is in fractions. */
function summed(
  to: Writing,
  operands: readonly string[],
  [one, other]: readonly [string, string],
  bias: string,
): void {
  const product = to.add('MatMulInteger', operands.slice(0, operands.findLastIndex(Boolean) + 1));
  const sum = to.addWith('Cast', [product], { to: 1 });
  const scaled = to.add('Mul', [sum, to.add('Mul', [one, other])]);
  if (bias !== '') to.add('Add', [scaled, bias]);
}

/**
 * Weights of an LSTM [directions, gates · hidden, inputs] from [directions, inputs, gates · hidden] of 8 bits, whose scale and zero
 * point are one a direction or one a column.
 */
function fractions(to: Writing, weights: string, scale: string, zero: string): string {
  const shape = to.constant({ type: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, -1n) });
  const spread = (value: string) => to.add('Reshape', [value, shape]);
  const asFloat = (value: string) => to.addWith('Cast', [value], { to: 1 });
  const shifted = zero === '' ? asFloat(weights) : to.add('Sub', [asFloat(weights), spread(asFloat(zero))]);
  const scaled = to.add('Mul', [shifted, spread(scale)]);
  return to.addWith('Transpose', [scaled], { perm: [0, 2, 1] });
}
