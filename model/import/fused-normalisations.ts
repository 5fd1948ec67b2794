/**
 * Decompositions of the layer normalisations that ONNX Runtime's optimiser creates by fusion. Definitions: ONNX Runtime,
 * docs/ContribOperators.md, and core/graph/contrib_ops/contrib_defs.cc for those that it adds to the domain of ONNX.
 */
import { modelError } from '../model-error.js';
import type { Decompose, Decomposition } from './decomposition.js';
import { elementTypes } from './encode.js';
import { attributesOf } from './fused-operators.js';
import { type NodeProto, nodeFields } from './proto.js';

/** The first operator set in which ONNX has LayerNormalization. */
const ownSince = 17;

/** Of com.microsoft, by operator type. An optional input that the node omits is ''. */
export const normalisations: Readonly<Record<string, Decompose>> = {
  SkipLayerNormalization(to, [x = '', skip = '', scale = '', shift = '', bias = ''], node) {
    const sum = added(to, [x, skip, bias]);
    giveSum(to, node, 3, sum);
    layerNormalised(to, sum, scale, shift, epsilonOf(node, 1e-12));
  },
  SkipSimplifiedLayerNormalization(to, [x = '', skip = '', scale = '', bias = ''], node) {
    const sum = added(to, [x, skip, bias]);
    giveSum(to, node, 3, sum);
    scaledByRootMeanSquare(to, sum, scale, epsilonOf(node, 1e-12));
  },
  EmbedLayerNormalization(to, inputs, node) {
    const [ids = '', segments = '', words = '', places = '', ofSegments = '', scale = '', shift = ''] =
      inputs;
    const [mask = '', positions = ''] = inputs.slice(7);
    const rows =
      positions === '' ? firstRows(to, places, ids) : to.addWith('Gather', [places, positions], { axis: 0 });
    const embedded = [to.addWith('Gather', [words, ids], { axis: 0 }), rows];
    if (segments !== '') embedded.push(to.addWith('Gather', [ofSegments, segments], { axis: 0 }));
    const sum = added(to, embedded);
    const [, length = ''] = nodeFields(node).output;
    if (length !== '') to.give(length, lengths(to, mask, ids));
    giveSum(to, node, 2, sum);
    layerNormalised(to, sum, scale, shift, epsilonOf(node, 1e-12));
  },
};

/** Operators that ONNX Runtime's optimiser writes in the domain of ONNX, which that has not, or not yet in this operator set. */
export function layerNormalisations(opset: number): Readonly<Record<string, Decompose>> {
  return opset < ownSince ? { ...alwaysAdded, LayerNormalization: layerNormalization } : alwaysAdded;
}

const alwaysAdded: Readonly<Record<string, Decompose>> = {
  SimplifiedLayerNormalization(to, [x = '', scale = ''], node) {
    checkLastAxis(to, node);
    scaledByRootMeanSquare(to, x, scale, epsilonOf(node, 1e-5));
  },
};

function layerNormalization(
  to: Decomposition,
  [x = '', scale = '', shift = '']: readonly string[],
  node: NodeProto,
): void {
  checkLastAxis(to, node);
  layerNormalised(to, x, scale, shift, epsilonOf(node, 1e-5));
}

function checkLastAxis(to: Decomposition, node: NodeProto): void {
  const { axis = -1 } = attributesOf(node);
  const rank = to.context.declared(nodeFields(node).input[0] ?? '')?.shape.length;
  if (axis !== -1 && axis !== (rank ?? 0) - 1) {
    throw modelError(
      `node ${to.label} (${node.opType}) has attribute axis = ${axis}, which is not supported in operator set ${to.context.opset}`,
      'save the model without optimising it',
    );
  }
}

function epsilonOf(node: NodeProto, otherwise: number): number {
  const { epsilon = otherwise } = attributesOf(node);
  return Number(epsilon);
}

/** The sum that is normalised, where the node has it as an output. Mean and deviation are outputs in training only. */
function giveSum(to: Decomposition, node: NodeProto, place: number, sum: string): void {
  const { output } = nodeFields(node);
  const other = output.slice(1, 3).find((name) => place === 3 && name !== '');
  if (other !== undefined) {
    throw modelError(
      `node ${to.label} (${node.opType}) has the output ${other}, a mean or deviation, which is not supported`,
      'save the model for inference',
    );
  }
  to.give(output[place] ?? '', sum);
}

/** @param terms '' for one that is omitted */
function added(to: Decomposition, terms: readonly string[]): string {
  return terms.filter(Boolean).reduce((sum, term) => to.add('Add', [sum, term]));
}

/** Over the last axis. @param shift '' for none */
function layerNormalised(to: Decomposition, x: string, scale: string, shift: string, epsilon: number): void {
  if (to.context.opset >= ownSince) {
    to.addWith('LayerNormalization', [x, scale, ...(shift === '' ? [] : [shift])], { axis: -1, epsilon });
    return;
  }
  const centred = to.add('Sub', [x, to.mean(x)]);
  const scaled = scaledByRootMeanSquare(to, centred, scale, epsilon);
  if (shift !== '') to.add('Add', [scaled, shift]);
}

/** x / √(mean of x² over the last axis + ε) · scale */
function scaledByRootMeanSquare(to: Decomposition, x: string, scale: string, epsilon: number): string {
  const square = to.mean(to.add('Mul', [x, x]));
  const size = to.add('Sqrt', [to.add('Add', [square, to.scalar(epsilon)])]);
  return to.add('Mul', [to.add('Div', [x, size]), scale]);
}

/** Rows 0 to n − 1 of a table, for ids [batch, n]. */
function firstRows(to: Decomposition, table: string, ids: string): string {
  const count = to.addWith('Gather', [to.add('Shape', [ids]), to.integers([1])], { axis: 0 });
  return to.add('Slice', [table, to.integers([0]), count, to.integers([0])]);
}

/** How many of a row the mask [batch, n] has; zeros without one. */
function lengths(to: Decomposition, mask: string, ids: string): string {
  const ones = mask === '' ? to.add('Sub', [ids, ids]) : mask;
  const sums =
    to.context.opset < 13
      ? to.addWith('ReduceSum', [ones], { axes: [1], keepdims: 0 })
      : to.addWith('ReduceSum', [ones, to.integers([1])], { keepdims: 0 });
  return to.addWith('Cast', [sums], { to: elementTypes.int32 });
}
