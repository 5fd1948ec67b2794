/** The weights of an LSTM in the order in which Keras's layers list their own. */
import { type GraphNode, optionalInput } from '../../attributes.js';
import type { Planner } from '../planner.js';
import type { NativeWeight } from '../weights.js';

/**
 * Those of the forward direction, then those of the backward one. Each is a part of what ONNX has in one tensor: W
 * [directions, 4·units, columns], R [directions, 4·units, units] and, where there is one, B [directions, 8·units].
 */
export function gateWeights(
  node: GraphNode,
  planner: Planner,
  hidden: number,
  columns: number,
  count: number,
): NativeWeight[] {
  const one = weightsOfOne(node, planner, hidden, columns);
  if (count === 1) return one;
  return Array.from({ length: count }, (_, index) =>
    one.map((weight) => ({ ...weight, part: { index, count } })),
  ).flat();
}

function weightsOfOne(node: GraphNode, planner: Planner, hidden: number, columns: number): NativeWeight[] {
  const [, inputKernel = '', recurrentKernel = ''] = node.inputs;
  planner.constantShape(inputKernel);
  const weights = [gateKernel(inputKernel, hidden, columns), gateKernel(recurrentKernel, hidden, hidden)];
  const bias = optionalInput(node, 3);
  if (bias === undefined) return weights;
  planner.constantShape(bias);
  return [...weights, gateBias(bias, hidden, planner.isTrained(bias))];
}

function gateKernel(name: string, hidden: number, columns: number): NativeWeight {
  return {
    name,
    onnxShape: [1, 4 * hidden, columns],
    shape: [columns, 4 * hidden],
    arrangement: { kind: 'gate-kernel', hidden, columns },
  };
}

function gateBias(name: string, hidden: number, trained: boolean): NativeWeight {
  return {
    name,
    onnxShape: [1, 8 * hidden],
    shape: [4 * hidden],
    arrangement: { kind: 'gate-bias', hidden, trained },
  };
}
