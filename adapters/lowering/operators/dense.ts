/** Products with a constant matrix: Gemm and MatMul. */
import { decimal, type GraphNode, integer, optionalInput } from '../attributes.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { batchAxis, extent, type Value } from '../value.js';
import { type NativeWeight, permutedWeight } from '../weights.js';

export function gemm(node: GraphNode, planner: Planner): void {
  const [, weightName = ''] = node.inputs;
  const weightShape = planner.constantShape(weightName);
  if (integer(node, 'transA', 0) !== 0) refuse('with transA 1');
  const x = withFeaturesLast(planner, planner.value(node.inputs[0]));
  const alpha = decimal(node, 'alpha', 1);
  const beta = decimal(node, 'beta', 1);
  const transposed = integer(node, 'transB', 0) !== 0;
  const units = weightShape[transposed ? 0 : 1] ?? 0;
  const biasName = optionalInput(node, 2);
  const weights = [kernel(weightName, weightShape, transposed, x, scaled(planner, weightName, alpha))];
  if (biasName !== undefined) weights.push(gemmBias(planner, biasName, units, beta));
  define(node, planner, x, units, weights);
}

export function matMul(node: GraphNode, planner: Planner): void {
  const [left = '', weightName = ''] = node.inputs;
  if (planner.isConstant(left)) refuse(`whose first input ${left} is a constant`);
  const weightShape = planner.constantShape(weightName);
  if (weightShape.length !== 2) refuse(`with a constant of ${weightShape.length} axes`);
  const x = withFeaturesLast(planner, planner.value(left));
  define(node, planner, x, weightShape[1] ?? 0, [kernel(weightName, weightShape, false, x, 1)]);
}

function define(
  node: GraphNode,
  planner: Planner,
  x: Value,
  units: number,
  weights: readonly NativeWeight[],
): void {
  const shape = planner.shape(node.outputs[0]);
  const { activation, name } = planner.takeActivation(node.outputs[0] ?? '', shape.length === 2);
  const definition = { kind: 'dense', units, useBias: weights.length > 1, activation } as const;
  planner.define(name, { tensor: planner.layer(definition, [x.tensor], weights), shape, axes: x.axes });
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

/** C, broadcast to one value a unit. */
function gemmBias(planner: Planner, name: string, units: number, beta: number): NativeWeight {
  const shape = planner.constantShape(name);
  const rows = shape.length === 2 ? shape[0] : 1;
  const columns = shape.at(-1) ?? 1;
  if (rows !== 1 || (columns !== units && columns !== 1)) refuse(`with C of shape ${shape.join('×')}`);
  const order = shape.map((_, axis) => axis);
  const factor = scaled(planner, name, beta);
  const weight = permutedWeight(name, shape, shape, order, [units], factor);
  if (columns === units) return weight;
  if (planner.isTrained(name)) refuse(`in training with C of shape ${shape.join('×')}`);
  return { ...weight, arrangement: { kind: 'repeated', factor } };
}

/** A factor folded into a weight would scale its gradient. */
function scaled(planner: Planner, name: string, factor: number): number {
  if (factor !== 1 && planner.isTrained(name)) refuse(`in training with a factor of ${factor} for ${name}`);
  return factor;
}
