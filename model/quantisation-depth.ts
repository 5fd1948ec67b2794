/** How often a graph rounds to steps on the way to its outputs, and what that does to a comparison. */
import type { Graph } from './graph.js';

const quantisingOperators = new Set([
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
]);

/** The largest number of nodes that round to steps on a path from the inputs; 0 where the graph does not quantise. */
export function quantisationDepth({
  nodes,
  quantisedStates = [],
  roundedFactors = [],
}: Pick<Graph, 'nodes' | 'quantisedStates' | 'roundedFactors'>): number {
  const depths = new Map<string, number>();
  const named = new Set([...quantisedStates, ...roundedFactors]);
  let deepest = 0;
  for (const { name: node, operator, inputs, outputs } of nodes) {
    const before = Math.max(0, ...inputs.map((name) => depths.get(name) ?? 0));
    const depth = before + (quantisingOperators.has(operator) || named.has(node) ? 1 : 0);
    for (const name of outputs) depths.set(name, depth);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/**
 * 0 for a graph that does not quantise; otherwise the relative error of an output by which two right computations of a quantised graph may differ.
 *
 * Where sums are rounded in another order, a value beside a tie goes to the other step, and later layers carry that on until
 * their ties fall independently. Two independent roundings differ by √2 times the noise of one. One to 8 bits has a noise of 1/√12
 * of a step, a step is 1/255 of the range, and the range of a layer's values is about four times their root mean square:
 * √2 · 4 / (255 · √12) = 0.64 %, which adds up in quadrature over the layers. The factor 2 is a margin for layers with a wider range.
 */
export function quantisedTolerance(depth: number): number {
  return ((2 * (Math.SQRT2 * 4)) / (255 * Math.sqrt(12))) * Math.sqrt(depth);
}
