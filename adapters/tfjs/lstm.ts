/**
 * ONNX LSTM as `tf.layers.lstm`. What differs in kind: it is batch-first; its gates are in the order i, f, c, o, not
 * ONNX's i, o, f, c; weights are [inputs, 4·units]; it has one bias, to which ONNX's two add up.
 */
import { batchFirst } from '../lowering/axes.js';
import { type GraphNode, integer, shapeOf, text } from '../lowering/nodes.js';
import { input, refuse } from './operators.js';
import type { Planner, WeightPlan } from './plan.js';

/** Where TensorFlow's gates i, f, c, o are among ONNX's i, o, f, c. */
const gateOrder = [0, 2, 3, 1];

export function lstm(node: GraphNode, planner: Planner): void {
  requirePlain(node);
  const { graph } = planner;
  const sequence = planner.withAxes(planner.value(input(node, 0)), batchFirst);
  const [, rows = 0, features = 0] = shapeOf(graph, input(node, 1));
  const units = rows / 4;
  const useBias = Boolean(node.inputs[3]);
  const [all, last, cell] = node.outputs;
  const config = {
    units,
    useBias,
    activation: 'tanh',
    recurrentActivation: 'sigmoid',
    // Its default initialisers are for training from scratch; orthogonal ones cost seconds, and all are replaced.
    kernelInitializer: 'zeros',
    recurrentInitializer: 'zeros',
    unitForgetBias: false,
    returnSequences: Boolean(all),
    returnState: Boolean(cell) || (Boolean(all) && Boolean(last)),
  };
  const weights = [matrix(input(node, 1), units, features), matrix(input(node, 2), units, units)];
  const layer = {
    kind: 'lstm',
    config,
    inputs: [sequence.id],
    weights: useBias ? [...weights, bias(input(node, 3), units)] : weights,
  };
  // Y: [T, 1, N, units], Y_h and Y_c: [1, N, units]; here [N, T, units] and [N, units].
  const states = [
    { name: last || `${node.name}/h`, axes: [1, 2] },
    { name: cell || `${node.name}/c`, axes: [1, 2] },
  ];
  const first = all ? [{ name: all, axes: [2, 0, 3] }] : [];
  if (config.returnState)
    planner.addMany(
      layer,
      all ? [...first, ...states] : [{ name: `${node.name}/y`, axes: [1, 2] }, ...states],
    );
  else planner.addMany(layer, all ? first : states.slice(0, 1));
}

function requirePlain(node: GraphNode): void {
  if (text(node, 'direction', 'forward') !== 'forward')
    throw refuse(node, `that is ${text(node, 'direction', '')}`);
  if (integer(node, 'layout', 0) !== 0) throw refuse(node, 'with layout 1');
  if (integer(node, 'input_forget', 0) !== 0) throw refuse(node, 'with input_forget');
  if (node.attributes.activations !== undefined) {
    const given = node.attributes.activations;
    const isDefault = Array.isArray(given) && given.join().toLowerCase() === 'sigmoid,tanh,tanh';
    if (!isDefault) throw refuse(node, 'with other activations');
  }
  if (node.attributes.clip !== undefined) throw refuse(node, 'with clip');
  const extras = ['sequence_lens', 'initial_h', 'initial_c', 'P'].filter(
    (_, index) => node.inputs[index + 4],
  );
  if (extras.length > 0) throw refuse(node, `with ${extras.join(', ')}`);
}

/** ONNX [1, 4·units, inputs] → [inputs, 4·units] with the gates in their other order. */
function matrix(source: string, units: number, inputs: number): WeightPlan {
  const index = new Int32Array(inputs * 4 * units);
  for (let row = 0; row < inputs; row++) {
    for (let column = 0; column < 4 * units; column++) {
      index[row * 4 * units + column] = onnxRow(column, units) * inputs + row;
    }
  }
  return { source, shape: [inputs, 4 * units], index };
}

/** ONNX [1, 8·units]: the input's biases, then the recurrence's. */
function bias(source: string, units: number): WeightPlan {
  const index = Int32Array.from({ length: 4 * units }, (_, column) => onnxRow(column, units));
  return { source, shape: [4 * units], index, addend: index.map((place) => place + 4 * units) };
}

function onnxRow(column: number, units: number): number {
  return (gateOrder[Math.floor(column / units)] ?? 0) * units + (column % units);
}
