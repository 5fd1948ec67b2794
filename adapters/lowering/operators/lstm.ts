/** One forward LSTM layer with the default activations. */
import {
  decimal,
  type GraphNode,
  integer,
  optionalInput,
  optionalOutput,
  text,
  texts,
} from '../attributes.js';
import type { LayerDefinition } from '../layer-plan.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { extent } from '../value.js';
import type { NativeWeight } from '../weights.js';

export function lstm(node: GraphNode, planner: Planner): void {
  checkAttributes(node);
  const batchFirst = integer(node, 'layout', 0) === 1;
  const x = planner.arrange(planner.value(node.inputs[0]), batchFirst ? [0, 1, 2] : [1, 0, 2]);
  const [, inputKernel = '', recurrentKernel = ''] = node.inputs;
  planner.constantShape(inputKernel);
  const units = planner.constantShape(recurrentKernel)[2] ?? 0;
  const biasName = optionalInput(node, 3);
  const weights = [gateKernel(inputKernel, units, extent(x, 2)), gateKernel(recurrentKernel, units, units)];
  if (biasName !== undefined) {
    planner.constantShape(biasName);
    weights.push(gateBias(biasName, units, planner.isTrained(biasName)));
  }
  const layer = { kind: 'lstm', units, useBias: biasName !== undefined } as const;
  define(node, planner, layer, x.tensor, weights, batchFirst);
}

function define(
  node: GraphNode,
  planner: Planner,
  layer: Omit<Extract<LayerDefinition, { kind: 'lstm' }>, 'returns'>,
  input: number,
  weights: Parameters<Planner['layer']>[2],
  batchFirst: boolean,
): void {
  const [sequence, last] = [optionalOutput(node, 0), optionalOutput(node, 1)];
  // The axis of directions, of extent 1, is nowhere in the native tensors.
  const defineSequence = (tensor: number, name: string) =>
    planner.define(name, { tensor, shape: planner.shape(name), axes: batchFirst ? [0, 1, 3] : [2, 0, 3] });
  const defineLast = (tensor: number, name: string) =>
    planner.define(name, { tensor, shape: planner.shape(name), axes: batchFirst ? [0, 2] : [1, 2] });
  if (sequence !== undefined && last !== undefined) {
    const [all, final] = planner.layerOfTwo({ ...layer, returns: 'both' }, [input], weights ?? []);
    defineSequence(all, sequence);
    defineLast(final, last);
  } else if (sequence !== undefined) {
    defineSequence(planner.layer({ ...layer, returns: 'sequence' }, [input], weights), sequence);
  } else if (last !== undefined) {
    defineLast(planner.layer({ ...layer, returns: 'last' }, [input], weights), last);
  }
}

function checkAttributes(node: GraphNode): void {
  const direction = text(node, 'direction', 'forward');
  if (direction !== 'forward') refuse(`with direction ${direction}`);
  const activations = texts(node, 'activations', ['Sigmoid', 'Tanh', 'Tanh']);
  if (activations.join().toLowerCase() !== 'sigmoid,tanh,tanh') refuse(`with activations ${activations}`);
  if (decimal(node, 'clip', 0) !== 0) refuse('with clip');
  if (integer(node, 'input_forget', 0) !== 0) refuse('with input_forget 1');
  const names = ['sequence_lens', 'initial_h', 'initial_c', 'peepholes (input P)'];
  names.forEach((name, index) => {
    if (optionalInput(node, index + 4) !== undefined) refuse(`with ${name}`);
  });
  const cell = optionalOutput(node, 2);
  if (cell !== undefined) refuse(`with its third output ${cell}`);
}

/** W [1, 4·units, columns] or R [1, 4·units, units]. */
function gateKernel(name: string, hidden: number, columns: number): NativeWeight {
  return {
    name,
    onnxShape: [1, 4 * hidden, columns],
    shape: [columns, 4 * hidden],
    arrangement: { kind: 'gate-kernel', hidden, columns },
  };
}

/** B [1, 8·units]. */
function gateBias(name: string, hidden: number, trained: boolean): NativeWeight {
  return {
    name,
    onnxShape: [1, 8 * hidden],
    shape: [4 * hidden],
    arrangement: { kind: 'gate-bias', hidden, trained },
  };
}
