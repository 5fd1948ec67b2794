/** What a graph needs at the least, whatever the framework: what predictions start from. */

import { type DataType, elementCount, type Graph, type TensorInfo } from './graph.js';
import { multiplyAdds, recurrentMultiplyAdds } from './multiply-adds.js';
import type { Optimiser } from './workload.js';

export interface Cost {
  /** Of one iteration. */
  readonly multiplyAdds: number;
  /** That must be in memory at once. */
  readonly bytes: number;
  /** Whether most of it is recurrent layers, whose steps wait for one another. */
  readonly recurrent: boolean;
}

/** What an iteration does with the graph beyond one pass. */
export interface Iteration {
  /** Runs of the graph, where it is a loop of them. */
  readonly steps?: number | undefined;
  /** Of training. */
  readonly optimiser?: Optimiser | undefined;
}

/**
 * Backward a layer computes two products of the size of its forward one: for its weights and for its input (as in Kaplan
 * et al., "Scaling laws for neural language models", 2020, section 2.1).
 */
const forwardAndBackward = 3;

export function costOf(graph: Graph, { steps = 1, optimiser }: Iteration = {}): Cost {
  const isTraining = graph.parameters.length > 0;
  const weights = bytesOf(graph.weights);
  const forward = multiplyAdds(graph);
  return {
    multiplyAdds: forward * (isTraining ? forwardAndBackward : steps),
    recurrent: 2 * recurrentMultiplyAdds(graph) > forward,
    bytes: isTraining
      ? weights * (2 + kept(optimiser)) + bytesOf(made(graph))
      : weights +
        Math.max(0, ...graph.nodes.map((node) => bytesOf(known(graph, [...node.inputs, ...node.outputs])))),
  };
}

/** Numbers that the rule keeps of a weight from step to step, besides the weight and its gradient: see model/workload.ts. */
function kept(optimiser: Optimiser | undefined): number {
  if (optimiser?.name === 'adam') return 2;
  return optimiser?.name === 'sgd' && optimiser.momentum === 0 ? 0 : 1;
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

export function bytesOf(
  tensors: readonly { readonly type: DataType; readonly shape: readonly number[] }[],
): number {
  return tensors.reduce((sum, { type, shape }) => sum + elementCount(shape) * widthOf(type), 0);
}

function widthOf(type: DataType): number {
  return type === 'bool' ? 1 : Number(/\d+/.exec(type)?.[0] ?? 8) / 8;
}
