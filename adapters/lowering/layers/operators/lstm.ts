/** One LSTM layer: forward, backward, or both, from states that are zero or given. */
import { type GraphNode, integer, number, optionalInput, optionalOutput, text } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { extent, type Value } from '../../value.js';
import type { DefinitionOf, Direction, LstmOutput } from '../layer-plan.js';
import type { Planner } from '../planner.js';
import { type NativeWeight, permutedWeight } from '../weights.js';
import { gateActivations } from './lstm-activations.js';
import { gateWeights } from './lstm-weights.js';

type Lstm = Omit<DefinitionOf<'lstm'>, 'returns'>;

/** Where a node has its axes: ONNX puts the steps first, or the batch with `layout` 1. */
interface Axes {
  readonly input: readonly number[];
  readonly sequence: readonly number[];
  /** Without the axis of directions, which is nowhere in the native tensors where it has extent 1. */
  readonly sequenceOfOne: readonly number[];
  readonly state: readonly number[];
  readonly stateOfOne: readonly number[];
}

const stepsFirst: Axes = {
  input: [1, 0, 2],
  sequence: [2, 0, 1, 3],
  sequenceOfOne: [2, 0, 3],
  state: [1, 0, 2],
  stateOfOne: [1, 2],
};
const batchFirst: Axes = {
  input: [0, 1, 2],
  sequence: [0, 1, 2, 3],
  sequenceOfOne: [0, 1, 3],
  state: [0, 1, 2],
  stateOfOne: [0, 2],
};

const directions: readonly string[] = ['forward', 'reverse', 'bidirectional'] satisfies Direction[];

export function lstm(node: GraphNode, planner: Planner): void {
  checkAttributes(node);
  const direction = text(node, 'direction', 'forward');
  if (!isDirection(direction)) refuse(`with direction ${direction}`);
  const axes = axesOf(node);
  const x = planner.arrange(planner.value(node.inputs[0]), axes.input);
  const units = planner.constantShape(node.inputs[2])[2] ?? 0;
  const count = direction === 'bidirectional' ? 2 : 1;
  const weights = gateWeights(node, planner, units, extent(x, 2), count);
  const layer: Lstm = {
    kind: 'lstm',
    units,
    useBias: optionalInput(node, 3) !== undefined,
    direction,
    ...gateActivations(node),
  };
  const states = firstStates(node, planner, axes, x, count);
  define(node, planner, axes, layer, [x.tensor, ...states], weights);
}

function define(
  node: GraphNode,
  planner: Planner,
  axes: Axes,
  layer: Lstm,
  inputs: readonly number[],
  weights: readonly NativeWeight[],
): void {
  const kinds: readonly LstmOutput[] = ['sequence', 'last', 'cell'];
  const wanted = kinds.flatMap((kind, position) => {
    const name = optionalOutput(node, position);
    return name === undefined ? [] : [{ kind, name }];
  });
  if (wanted.length === 0) return;
  const returns = wanted.map(({ kind }) => kind);
  const tensors = planner.layerOf({ ...layer, returns }, inputs, weights, wanted.length);
  wanted.forEach(({ kind, name }, position) => {
    const shape = planner.shape(name);
    const tensor = tensors[position] ?? 0;
    const isSequence = kind === 'sequence';
    if (layer.direction !== 'bidirectional') {
      planner.define(name, { tensor, shape, axes: isSequence ? axes.sequenceOfOne : axes.stateOfOne });
      return;
    }
    // The two directions lie one behind the other in the last axis: seeing them apart moves nothing.
    const both = isSequence ? axes.sequence : axes.state;
    const steps = isSequence ? [shape[axes.input[1] ?? 0] ?? 1] : [];
    const wide = [...steps, 2 * layer.units];
    planner.define(name, {
      tensor: planner.view(tensor, wide, [...steps, 2, layer.units]),
      shape,
      axes: both,
    });
  });
}

/** Native tensors [batch, units]: hidden and cell, for each direction. None where they begin with zeros. */
function firstStates(
  node: GraphNode,
  planner: Planner,
  axes: Axes,
  x: Value,
  count: number,
): readonly number[] {
  const [hidden, cell] = [optionalInput(node, 5), optionalInput(node, 6)];
  if (hidden === undefined && cell === undefined) return [];
  if (hidden === undefined || cell === undefined) refuse('with only one of initial_h and initial_c');
  const native = count === 1 ? axes.stateOfOne : axes.state;
  const values = [hidden, cell].map((name) =>
    planner.isConstant(name)
      ? constantState(planner, name, native, x)
      : planner.arrange(planner.value(name), native).tensor,
  );
  if (count === 1) return values;
  return [0, 1].flatMap((index) =>
    values.map((tensor) => planner.layer({ kind: 'pick', axis: 1, index }, [tensor])),
  );
}

function constantState(planner: Planner, name: string, axes: readonly number[], x: Value): number {
  const shape = planner.constantShape(name);
  const absent = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const native = axes.map((axis) => shape[axis] ?? 1);
  const weight = permutedWeight(name, shape, shape, [...axes, ...absent], native);
  return planner.layer({ kind: 'constant' }, [x.tensor], [weight]);
}

function checkAttributes(node: GraphNode): void {
  if (number(node, 'clip', 0) !== 0) refuse('with clip');
  if (integer(node, 'input_forget', 0) !== 0) refuse('with input_forget 1');
  if (optionalInput(node, 4) !== undefined) refuse('with sequence_lens');
  if (optionalInput(node, 7) !== undefined) refuse('with peepholes (input P)');
}

/** How a graph input that the node reads is best kept: as the layer takes it. */
export function inputAxesOfLstm(node: GraphNode, name: string): readonly number[] {
  const axes = axesOf(node);
  if (node.inputs[0] === name) return axes.input;
  return text(node, 'direction', 'forward') === 'bidirectional' ? axes.state : axes.stateOfOne;
}

function axesOf(node: GraphNode): Axes {
  return integer(node, 'layout', 0) === 1 ? batchFirst : stepsFirst;
}

function isDirection(text: string): text is Direction {
  return directions.includes(text);
}
