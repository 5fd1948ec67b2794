/** Products with a constant matrix: Gemm and MatMul. */
import { type GraphNode, integer, number, optionalInput } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { allAxes, batchAxis, extent, type Value } from '../../value.js';
import type { Planner } from '../planner.js';
import { type NativeWeight, permutedWeight } from '../weights.js';
import { plusConstant } from './elementwise.js';

export function gemm(node: GraphNode, planner: Planner): void {
  const [, weightName = ''] = node.inputs;
  const weightShape = planner.constantShape(weightName);
  if (integer(node, 'transA', 0) !== 0) refuse('with transA 1');
  const x = withFeaturesLast(planner, planner.value(node.inputs[0]));
  const transposed = integer(node, 'transB', 0) !== 0;
  const units = weightShape[transposed ? 0 : 1] ?? 0;
  const alpha = number(node, 'alpha', 1);
  // A factor folded into a weight that learns would scale its gradient.
  const scale = planner.isTrained(weightName) ? alpha : 1;
  const weight = kernel(weightName, weightShape, transposed, x, alpha / scale);
  const biasName = optionalInput(node, 2);
  const bias = biasName === undefined ? [] : gemmBias(node, planner, biasName, units);
  if (scale === 1 && bias) define(node.outputs[0] ?? '', planner, x, units, [weight, ...bias]);
  else defineApart(node, planner, x, units, weight, scale);
}

export function matMul(node: GraphNode, planner: Planner): void {
  const [left = '', right = ''] = node.inputs;
  if (planner.isConstant(left)) refuse(`whose first input ${left} is a constant`);
  if (!planner.isConstant(right)) {
    ofValues(node, planner, planner.value(left), planner.value(right));
    return;
  }
  const weightShape = planner.constantShape(right);
  if (weightShape.length !== 2) refuse(`with a constant of ${weightShape.length} axes`);
  const x = withFeaturesLast(planner, planner.value(left));
  const units = weightShape[1] ?? 0;
  const product = node.outputs[0] ?? '';
  // Of more than two axes there is no Gemm, and a linear layer is written as a product and a sum.
  const added = planner.takeBias(product, units);
  const bias = added ? [biasOf(planner, added.bias, units, 1)] : [];
  define(added?.name ?? product, planner, x, units, [kernel(right, weightShape, false, x, 1), ...bias]);
}

/** Both with their axes in ONNX's order. Of two matrices the second one's batch is what is summed over. */
function ofValues(node: GraphNode, planner: Planner, left: Value, right: Value): void {
  const rank = left.shape.length;
  if (rank < 2 || right.shape.length !== rank) refuse(`of values of ${rank} and ${right.shape.length} axes`);
  if (batchAxis(left) !== 0 || batchAxis(right) !== 0) refuse('of values whose batch is not the first axis');
  if (rank > 2 && extent(left, 0) !== extent(right, 0)) refuse('that widens the batch axis');
  const axes = allAxes(left);
  const inputs = [left, right].map((value) => planner.arrange(value, axes).tensor);
  const tensor = planner.layer({ kind: 'matrixProduct' }, inputs);
  planner.define(node.outputs[0] ?? '', { tensor, shape: planner.shape(node.outputs[0]), axes });
}

function define(
  output: string,
  planner: Planner,
  x: Value,
  units: number,
  weights: readonly NativeWeight[],
): void {
  const shape = planner.shape(output);
  const { activation, name } = planner.takeActivation(output, shape.length === 2);
  const definition = { kind: 'dense', units, useBias: weights.length > 1, activation } as const;
  planner.define(name, { tensor: planner.layer(definition, [x.tensor], weights), shape, axes: x.axes });
}

/** The product, what it is scaled by and what is added, each by itself: for what a dense layer does not have. */
function defineApart(
  node: GraphNode,
  planner: Planner,
  x: Value,
  units: number,
  weight: NativeWeight,
  scale: number,
): void {
  const [output = ''] = node.outputs;
  const definition = { kind: 'dense', units, useBias: false, activation: 'linear' } as const;
  const product = planner.layer(definition, [x.tensor], [weight]);
  const tensor = scale === 1 ? product : planner.layer({ kind: 'rescaling', scale }, [product]);
  const value = { tensor, shape: planner.shape(output), axes: x.axes };
  const c = optionalInput(node, 2);
  const sum = c === undefined ? tensor : plusConstant(planner, value, c, number(node, 'beta', 1));
  planner.define(output, { ...value, tensor: sum });
}

/** The contracted ONNX axis, the last one, as the last native one; a flattened picture stays as it lies. */
function withFeaturesLast(planner: Planner, x: Value): Value {
  const features = x.shape.length - 1;
  if (features < 1 || batchAxis(x) === features) refuse('that contracts the batch axis');
  if (x.axes.at(-1) === features) return x;
  const axes = x.axes.filter((axis) => axis !== features);
  return planner.arrange(x, [...axes, features]);
}

/** [units, inputs] or [inputs, units] → [inputs, units], the inputs in the order in which `x` has them. */
function kernel(
  name: string,
  shape: readonly number[],
  transposed: boolean,
  x: Value,
  factor: number,
): NativeWeight {
  const inputs = extent(x, x.shape.length - 1);
  const units = shape[transposed ? 0 : 1] ?? 0;
  const inner = x.interleaved?.shape ?? [inputs];
  const order = x.interleaved?.order ?? [0];
  const view = transposed ? [units, ...inner] : [...inner, units];
  const native = transposed ? [...order.map((axis) => axis + 1), 0] : [...order, inner.length];
  return permutedWeight(name, shape, view, native, [inputs, units], factor);
}

/** C as the bias of a dense layer, one value a unit; undefined where it is none. */
function gemmBias(
  node: GraphNode,
  planner: Planner,
  name: string,
  units: number,
): readonly NativeWeight[] | undefined {
  const shape = planner.constantShape(name);
  const factor = number(node, 'beta', 1);
  const rows = shape.length === 2 ? shape[0] : 1;
  const columns = shape.at(-1) ?? 1;
  if (rows !== 1) return undefined;
  if (planner.isTrained(name) && (columns !== units || factor !== 1)) return undefined;
  const weight = biasOf(planner, name, units, factor);
  return [columns === units ? weight : { ...weight, arrangement: { kind: 'repeated', factor } }];
}

/** A constant row times a factor. */
function biasOf(planner: Planner, name: string, units: number, factor: number): NativeWeight {
  const shape = planner.constantShape(name);
  const order = shape.map((_, axis) => axis);
  return permutedWeight(name, shape, shape, order, [units], factor);
}
