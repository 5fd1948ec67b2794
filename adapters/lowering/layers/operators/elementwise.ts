/** Activations, and arithmetic between two values or a value and a constant. */
import { elementCount } from '../../../../model/graph.js';
import { type GraphNode, number, optionalInput } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { allAxes, batchAxis, extent, sameList, type Value, withRank } from '../../value.js';
import type { Activation, BinaryOperator, LayerDefinition } from '../layer-plan.js';
import type { Planner } from '../planner.js';
import { type NativeWeight, permutedWeight } from '../weights.js';

export function activation(name: Activation) {
  return unary(() => ({ kind: 'activation', activation: name }));
}

export const leakyRelu = unary((node) => ({ kind: 'leakyReLU', alpha: number(node, 'alpha', 0.01) }));
export const elu = unary((node) => ({ kind: 'elu', alpha: number(node, 'alpha', 1) }));

/** Bounds are inputs since operator set 11 and attributes before. */
export const clip = unary((node, planner) => {
  const [low, high] = [optionalInput(node, 1), optionalInput(node, 2)];
  for (const name of [low, high]) if (name !== undefined) planner.constantShape(name);
  return { kind: 'clip', low: low ?? bound(node, 'min'), high: high ?? bound(node, 'max') };
});

function bound(node: GraphNode, name: 'min' | 'max'): number | null {
  return node.attributes[name] === undefined ? null : number(node, name, 0);
}

/** What changes no element's place works in whatever order they lie. */
function unary(define: (node: GraphNode, planner: Planner) => LayerDefinition) {
  return (node: GraphNode, planner: Planner): void => {
    const x = planner.value(node.inputs[0]);
    const tensor = planner.layer(define(node, planner), [x.tensor]);
    planner.define(node.outputs[0] ?? '', { ...x, tensor });
  };
}

export function identity(node: GraphNode, planner: Planner): void {
  planner.define(node.outputs[0] ?? '', planner.value(node.inputs[0]));
}

export function dropout(node: GraphNode, planner: Planner): void {
  if (planner.mode === 'training') refuse('in training: its masks are random');
  identity(node, planner);
}

export function binary(operator: BinaryOperator) {
  return (node: GraphNode, planner: Planner): void => {
    const [left = '', right = ''] = node.inputs;
    const shape = planner.shape(node.outputs[0]);
    const output =
      planner.isConstant(left) || planner.isConstant(right)
        ? withConstant(planner, operator, left, right, shape)
        : ofValues(planner, operator, planner.value(left), planner.value(right), shape);
    planner.define(node.outputs[0] ?? '', output);
  };
}

/** `x` plus a constant times a factor, which is not folded into a weight that learns: that would scale its gradient. */
export function plusConstant(planner: Planner, x: Value, name: string, factor: number): number {
  if (factor !== 1 && planner.isTrained(name)) {
    const constant = planner.layer(
      { kind: 'constant' },
      [x.tensor],
      [alignedConstant(planner, name, x, x.shape)],
    );
    const scaled = planner.layer({ kind: 'rescaling', scale: factor }, [constant]);
    return planner.layer({ kind: 'binary', operator: 'add' }, [x.tensor, scaled]);
  }
  const weight = alignedConstant(planner, name, x, x.shape, factor);
  const definition = { kind: 'constantOperand', operator: 'add', constantFirst: false } as const;
  return planner.layer(definition, [x.tensor], [weight]);
}

function withConstant(
  planner: Planner,
  operator: BinaryOperator,
  left: string,
  right: string,
  shape: readonly number[],
): Value {
  const constantFirst = planner.isConstant(left);
  const name = constantFirst ? left : right;
  const operand = withRank(planner.value(constantFirst ? right : left), shape.length);
  // A constant that widens an axis of the value needs that axis to be there.
  const x = sameList(operand.shape, shape)
    ? planner.plain(operand)
    : planner.arrange(operand, allAxes(operand));
  const weight = alignedConstant(planner, name, x, shape);
  const definition = { kind: 'constantOperand', operator, constantFirst } as const;
  return { tensor: planner.layer(definition, [x.tensor], [weight]), shape, axes: x.axes };
}

/** The constant with its axes where `x` has them. */
function alignedConstant(
  planner: Planner,
  name: string,
  x: Value,
  shape: readonly number[],
  factor = 1,
): NativeWeight {
  const onnxShape = planner.constantShape(name);
  const missing = Array.from({ length: shape.length - onnxShape.length }, () => 1);
  const view = [...missing, ...onnxShape];
  if (extent(x, batchAxis(x)) !== shape[batchAxis(x)]) refuse('that widens the batch axis');
  const absent = shape.map((_, axis) => axis).filter((axis) => !x.axes.includes(axis));
  const native = x.axes.map((axis) => view[axis] ?? 1);
  return permutedWeight(name, onnxShape, view, [...x.axes, ...absent], native, factor);
}

function ofValues(
  planner: Planner,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  shape: readonly number[],
): Value {
  const [a, b] = [withRank(left, shape.length), withRank(right, shape.length)];
  if (batchAxis(a) !== batchAxis(b)) refuse('of values whose batch axes differ');
  // The larger keeps its order; where extents differ, broadcasting needs every axis to be there.
  const leading = elementCount(a.shape) >= elementCount(b.shape) ? a : b;
  const present = leading.axes;
  const axes = sameList(a.shape, b.shape)
    ? present
    : [...present, ...allAxes(leading).filter((axis) => !present.includes(axis))];
  const [x, y] = [planner.arrange(a, axes), planner.arrange(b, axes)];
  const definition = sameList(a.shape, b.shape)
    ? mergeLayer(operator)
    : ({ kind: 'binary', operator } as const);
  const tensor = planner.layer(definition, [x.tensor, y.tensor]);
  if (extent(a, batchAxis(a)) !== extent(b, batchAxis(b))) refuse('that widens the batch axis');
  return { tensor, shape, axes };
}

/** Keras has layers for the commutative ones only. */
function mergeLayer(operator: BinaryOperator): LayerDefinition {
  if (operator === 'add') return { kind: 'add' };
  if (operator === 'mul') return { kind: 'multiply' };
  return { kind: 'binary', operator };
}
