/** How many roundings a value of a graph has behind it, as far as the shapes tell. */
import { elementCount, type Graph, type GraphNode } from './graph.js';
import { nodeMultiplyAdds } from './multiply-adds.js';

/**
 * Terms that are added up for one element of an output, over all nodes: the length of the sums of a convolution, a matrix product,
 * a recurrent layer (all of its steps) or a reduction, and one for any other node.
 */
export function accumulatedTerms(graph: Graph): number {
  if (graph.whole) return graph.whole.terms;
  return graph.nodes.reduce((sum, node) => sum + termsOf(node, graph), 0);
}

function termsOf(node: GraphNode, graph: Graph): number {
  const sizeOf = (name: string | undefined) => {
    const info = name === undefined ? undefined : graph.values[name];
    return info === undefined ? 0 : elementCount(info.shape);
  };
  const made = Math.max(1, ...node.outputs.map(sizeOf));
  const products = nodeMultiplyAdds(node, graph) / made;
  return Math.max(1, products, sizeOf(node.inputs[0]) / made);
}
