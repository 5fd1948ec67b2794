/** A lower bound for what a graph needs in any framework: the basis of time and memory predictions. */

import { type DataType, elementBytes, elementCount, type Graph, type TensorInfo } from './graph.js';
import { multiplyAdds, recurrentMultiplyAdds } from './multiply-adds.js';
import type { Optimiser } from './workload.js';

export interface Cost {
  /** Per iteration. */
  readonly multiplyAdds: number;
  /** Bytes that must be in memory at the same time. */
  readonly bytes: number;
  /** Whether recurrent layers, whose steps depend on one another, are more than half of the arithmetic. */
  readonly recurrent: boolean;
}

/** What an iteration computes besides one forward pass. */
export interface Iteration {
  /** Forward passes, for a generation loop. */
  readonly steps?: number | undefined;
  /** In training. */
  readonly optimiser?: Optimiser | undefined;
}

/**
 * In the backward pass a layer computes two products of the size of its forward product, for the gradients of its weights
 * and of its input (Kaplan et al., "Scaling laws for neural language models", 2020, section 2.1).
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
      ? weights * (2 + optimiserStates(optimiser)) + bytesOf(computedValues(graph))
      : weights + largestNodeBytes(graph),
  };
}

/** Numbers that the update rule keeps for each weight between steps; see `optimiser` in workload.ts. */
function optimiserStates(optimiser: Optimiser | undefined): number {
  if (optimiser?.name === 'adam') return 2;
  return optimiser?.name === 'sgd' && optimiser.momentum === 0 ? 0 : 1;
}

/** Bytes to hold every value of a batch at once. @param example the graph at batch 1 */
export function observedBytes(example: Graph, batch: number): number {
  return bytesOf(example.weights) + batch * bytesOf(computedValues(example));
}

/** Inputs and outputs of the node that has most of them, in bytes. */
function largestNodeBytes(graph: Graph): number {
  const weights = weightNames(graph);
  return graph.nodes.reduce(
    (most, { inputs, outputs }) => Math.max(most, bytesOf(infosOf(graph, weights, [...inputs, ...outputs]))),
    0,
  );
}

/** Every value that a node computes, all of which the backward pass may read. */
function computedValues(graph: Graph): TensorInfo[] {
  return infosOf(
    graph,
    weightNames(graph),
    graph.nodes.flatMap((node) => node.outputs),
  );
}

function weightNames(graph: Graph): ReadonlySet<string> {
  return new Set(graph.weights.map(({ name }) => name));
}

/** Without weights and omitted inputs. */
function infosOf(graph: Graph, weights: ReadonlySet<string>, names: readonly string[]): TensorInfo[] {
  return names.flatMap((name) => (weights.has(name) ? [] : (graph.values[name] ?? [])));
}

export function bytesOf(
  tensors: readonly { readonly type: DataType; readonly shape: readonly number[] }[],
): number {
  return tensors.reduce((sum, { type, shape }) => sum + elementCount(shape) * elementBytes(type), 0);
}
