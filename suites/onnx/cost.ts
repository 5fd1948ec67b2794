/** What a graph needs at the least, whatever the framework: what predictions start from. */
import { type DataType, elementCount, type Graph, type TensorInfo } from './graph.js';
import { multiplyAdds } from './operations.js';

export interface Cost {
  /** Of one iteration. */
  readonly multiplyAdds: number;
  /** That must be in memory at once. */
  readonly bytes: number;
}

/**
 * Backward a layer computes two products of the size of its forward one: for its weights and for its input (as in Kaplan
 * et al., "Scaling laws for neural language models", 2020, section 2.1).
 */
const forwardAndBackward = 3;
/** Weight, gradient and velocity. */
const copiesInTraining = 3;

/** @param steps runs in one iteration */
export function costOf(graph: Graph, steps = 1): Cost {
  const isTraining = graph.parameters.length > 0;
  const weights = bytesOf(graph.weights);
  return {
    multiplyAdds: multiplyAdds(graph) * (isTraining ? forwardAndBackward : steps),
    bytes: isTraining
      ? weights * copiesInTraining + bytesOf(made(graph))
      : weights +
        Math.max(0, ...graph.nodes.map((node) => bytesOf(known(graph, [...node.inputs, ...node.outputs])))),
  };
}

/** Bytes that it takes to look at every value of a batch at once, told from the graph of one example. */
export function observedBytes(example: Graph, batch: number): number {
  return bytesOf(example.weights) + batch * bytesOf(made(example));
}

/** Every value that the backward pass may still read. */
function made(graph: Graph): TensorInfo[] {
  return known(
    graph,
    graph.nodes.flatMap((node) => node.outputs),
  );
}

function known(graph: Graph, names: readonly string[]): TensorInfo[] {
  const weights = new Set(graph.weights.map(({ name }) => name));
  return names.flatMap((name) => (weights.has(name) ? [] : (graph.values[name] ?? [])));
}

function bytesOf(tensors: readonly TensorInfo[]): number {
  return tensors.reduce((sum, { type, shape }) => sum + elementCount(shape) * widthOf(type), 0);
}

function widthOf(type: DataType): number {
  return type === 'bool' ? 1 : Number(/\d+/.exec(type)?.[0] ?? 8) / 8;
}
