/**
 * Decompositions of the operators of domain `com.microsoft` that ONNX Runtime's optimiser creates by fusion and of those of
 * its dynamic quantiser, as files that it has saved contain them. Definitions: ONNX Runtime, docs/ContribOperators.md.
 */

import type { Attribute } from '../graph.js';
import { modelError } from '../model-error.js';
import { decodeAttribute } from './decode.js';
import type { Decompose, Decomposition } from './decomposition.js';
import { elementTypes } from './encode.js';
import { noExternalData } from './external-data.js';
import { type NodeProto, nameOf, nodeFields } from './proto.js';

type Attributes = Readonly<Record<string, Attribute>>;

/** By operator type. An optional input that the node omits is ''. */
export const fusedOperators: Readonly<Record<string, Decompose>> = {
  FusedConv(to, [x = '', weights = '', bias = '', sum = ''], node) {
    const own = nodeFields(node).attribute.filter((each) => !nameOf(each).startsWith('activation'));
    const convolved = to.add('Conv', [x, weights, ...(bias === '' ? [] : [bias])], own);
    const added = sum === '' ? convolved : to.add('Add', [convolved, sum]);
    const { activation, activation_params: parameters } = attributesOf(node);
    activate(to, added, activation, Array.isArray(parameters) ? parameters.map(Number) : []);
  },
  FusedGemm(to, inputs, node) {
    const own = nodeFields(node).attribute.filter((each) => !nameOf(each).startsWith('activation'));
    const { activation, activation_alpha: alpha, activation_beta: beta } = attributesOf(node);
    const parameters = [alpha, beta].flatMap((value) => (value === undefined ? [] : [Number(value)]));
    activate(to, to.add('Gemm', inputs, own), activation, parameters);
  },
  FusedMatMul(to, [a = '', b = ''], node) {
    const { alpha = 1, ...transposes } = attributesOf(node);
    const factors = [
      [a, 'transA'],
      [b, 'transB'],
    ].map(([x = '', name = '']) => (transposes[name] ? lastTwoSwapped(to, x, name) : x));
    const batch = ['transBatchA', 'transBatchB'].find((name) => transposes[name]);
    if (batch) throw unsupportedAttribute(to, batch);
    to.add('Mul', [to.add('MatMul', factors), to.scalar(Number(alpha))]);
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
    const tanh = to.add('Tanh', [to.add('Mul', [inner, to.scalar(Math.sqrt(2 / Math.PI))])]);
    const half = to.add('Mul', [y, to.scalar(0.5)]);
    to.add('Mul', [half, to.add('Add', [tanh, to.scalar(1)])]);
  },
  /** x · σ(αx) */
  QuickGelu(to, [x = ''], node) {
    const { alpha = 1.702 } = attributesOf(node);
    to.add('Mul', [x, to.add('Sigmoid', [to.add('Mul', [x, to.scalar(Number(alpha))])])]);
  },
  DynamicQuantizeMatMul(to, [a = '', b = '', bScale = '', bZero = '', bias = '']) {
    const [quantised, aScale, aZero] = to.dynamicallyQuantised(a);
    integerProduct(to, [quantised, b, aZero, bZero], [aScale, bScale], bias);
  },
  MatMulIntegerToFloat(to, inputs) {
    const [a = '', b = '', aScale = '', bScale = '', aZero = '', bZero = '', bias = ''] = inputs;
    integerProduct(to, [a, b, aZero, bZero], [aScale, bScale], bias);
  },
  /** α · aScale · bScale · (A · B + C), quantised where the result has a scale. */
  QGemm(to, inputs, node) {
    const [a = '', aScale = '', aZero = '', b = '', bScale = '', bZero = '', c = ''] = inputs;
    const { alpha = 1, transA, transB } = attributesOf(node);
    const [first = '', second = ''] = [
      transA ? to.addWith('Transpose', [a], { perm: [1, 0] }) : a,
      transB ? to.addWith('Transpose', [b], { perm: [1, 0] }) : b,
    ];
    const product = to.add('MatMulInteger', withoutTrailingBlanks([first, second, aZero, bZero]));
    const sum = toFloat32(to, c === '' ? product : to.add('Add', [product, c]));
    const factor = to.add('Mul', [to.add('Mul', [aScale, bScale]), to.scalar(Number(alpha))]);
    const scaled = to.add('Mul', [sum, factor]);
    const [yScale = '', yZero = ''] = inputs.slice(7);
    if (yScale !== '') to.add('QuantizeLinear', withoutTrailingBlanks([scaled, yScale, yZero]));
  },
  /**
   * An LSTM with dequantised weights, whose input is rounded to 8 bits as a whole, as the hidden state is before every step (ONNX
   * Runtime, uni_directional_lstm.cc). A batch that its threads divide has a scale for each part there; here it has one.
   */
  DynamicQuantizeLSTM(to, inputs, node) {
    const [x = '', w = '', r = '', b = '', lengths = '', h = '', c = '', peepholes = ''] = inputs;
    const [wScale = '', wZero = '', rScale = '', rZero = ''] = inputs.slice(8);
    const weights = [dequantisedWeights(to, w, wScale, wZero), dequantisedWeights(to, r, rScale, rZero)];
    const rounded = to.add('DequantizeLinear', to.dynamicallyQuantised(x));
    const given = [rounded, ...weights, b, lengths, h, c, peepholes];
    to.add('LSTM', withoutTrailingBlanks(given), nodeFields(node).attribute, { rounds: 'state' });
  },
};

export function attributesOf(node: NodeProto): Attributes {
  const { name, opType, attribute } = nodeFields(node);
  const decoded = attribute.map((each) => [
    nameOf(each),
    decodeAttribute(each, noExternalData, `node ${name} (${opType})`),
  ]);
  return Object.fromEntries(decoded) as Attributes;
}

/** Transpose has to know the rank, which the file may not say. */
function lastTwoSwapped(to: Decomposition, x: string, attribute: string): string {
  const rank = to.context.declared(x)?.shape.length;
  if (rank === undefined || rank < 2) throw unsupportedAttribute(to, attribute);
  const axes = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return to.addWith('Transpose', [x], { perm: [...axes, rank - 1, rank - 2] });
}

function unsupportedAttribute({ label }: Decomposition, attribute: string): Error {
  return modelError(
    `node ${label} (FusedMatMul) has attribute ${attribute} = 1, which is not supported`,
    'save the model without optimising it',
  );
}

/** @param activation operator type; undefined or '' for none. @param parameters its alpha and beta, or its bounds */
function activate(
  to: Decomposition,
  x: string,
  activation: Attribute | undefined,
  parameters: readonly number[],
): void {
  const parameter = (index: number) => {
    const value = parameters[index];
    if (value === undefined) {
      throw modelError(
        `node ${to.label} has activation ${String(activation)} with ${parameters.length} parameters, which is too few`,
      );
    }
    return value;
  };
  switch (activation ?? '') {
    case '':
      return;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      to.add(String(activation), [x]);
      return;
    case 'LeakyRelu':
      to.addWith('LeakyRelu', [x], { alpha: parameter(0) });
      return;
    case 'HardSigmoid':
      to.addWith('HardSigmoid', [x], { alpha: parameter(0), beta: parameter(1) });
      return;
    case 'Clip':
      // Min and Max rather than Clip, whose bounds are attributes before operator set 11 and inputs from then on.
      to.add('Min', [to.add('Max', [x, to.scalar(parameter(0))]), to.scalar(parameter(1))]);
      return;
    default:
      throw modelError(`node ${to.label} has activation ${String(activation)}, which is not supported`);
  }
}

/** x/2 · (1 + erf(x/√2)) */
function gelu(to: Decomposition, x: string): void {
  const erf = to.add('Erf', [to.add('Mul', [x, to.scalar(Math.SQRT1_2)])]);
  to.add('Mul', [to.add('Mul', [x, to.scalar(0.5)]), to.add('Add', [erf, to.scalar(1)])]);
}

/**
 * An integer matrix product, scaled to floating point.
 *
 * @param operands a, b and their zero points
 * @param bias '' for none
 */
export function integerProduct(
  to: Decomposition,
  operands: readonly string[],
  [aScale, bScale]: readonly [string, string],
  bias: string,
): string {
  const product = to.add('MatMulInteger', withoutTrailingBlanks(operands));
  const scaled = to.add('Mul', [toFloat32(to, product), to.add('Mul', [aScale, bScale])]);
  return bias === '' ? scaled : to.add('Add', [scaled, bias]);
}

/**
 * LSTM weights [directions, gates · hidden, inputs] in floating point.
 *
 * @param weights 8-bit, [directions, inputs, gates · hidden]
 * @param scale [directions] or [directions, gates · hidden]
 * @param zeroPoint as `scale`; '' for none
 */
function dequantisedWeights(to: Decomposition, weights: string, scale: string, zeroPoint: string): string {
  const shape = to.constant({ type: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, -1n) });
  const perColumn = (value: string) => to.add('Reshape', [value, shape]);
  const shifted =
    zeroPoint === ''
      ? toFloat32(to, weights)
      : to.add('Sub', [toFloat32(to, weights), perColumn(toFloat32(to, zeroPoint))]);
  const scaled = to.add('Mul', [shifted, perColumn(scale)]);
  return to.addWith('Transpose', [scaled], { perm: [0, 2, 1] });
}

function toFloat32(to: Decomposition, value: string): string {
  return to.addWith('Cast', [value], { to: elementTypes.float32 });
}

/** Without omitted optional inputs at the end, which ONNX requires to be left out. */
function withoutTrailingBlanks(inputs: readonly string[]): readonly string[] {
  return inputs.slice(0, inputs.findLastIndex(Boolean) + 1);
}
