/** Counts the arithmetic of a graph: the basis of predictions and rooflines. */
import { at, required } from '../common/at.js';
import { elementCount, type Graph, type GraphNode } from './graph.js';

/** Gates of a recurrent cell, each with weights for inputs and state. */
const gates: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

/**
 * Multiply-adds of one forward pass at the graph's batch size: those of convolutions, matrix products, attention and
 * recurrent layers, as in published counts (for example He et al., "Deep residual learning", 2016, table 1). Biases,
 * activations, normalisation and pooling are not counted.
 */
export function multiplyAdds(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMultiplyAdds(node, graph), 0);
}

/** Multiply-adds of the recurrent layers only. */
export function recurrentMultiplyAdds(graph: Graph): number {
  const layers = graph.nodes.filter(({ operator }) => operator in gates);
  return layers.reduce((sum, node) => sum + nodeMultiplyAdds(node, graph), 0);
}

/** Multiply-adds of one node; 0 for what is not counted. */
export function nodeMultiplyAdds(node: GraphNode, graph: Graph): number {
  const input = (index: number) => shapeOf(graph, at(node.inputs, index, `inputs of node ${node.name}`));
  // The first output may be omitted only by recurrent layers, whose count does not need it.
  const output = () => shapeOf(graph, at(node.outputs, 0, `outputs of node ${node.name}`));
  switch (node.operator) {
    case 'Conv':
    case 'ConvInteger':
      return elementCount(output()) * elementCount(input(1).slice(1));
    case 'QLinearConv':
      return elementCount(output()) * elementCount(input(3).slice(1));
    case 'ConvTranspose':
      return elementCount(input(0)) * elementCount(input(1).slice(1));
    case 'Gemm':
      return elementCount(output()) * at(input(0), node.attributes.transA ? 0 : 1);
    case 'MatMul':
    case 'MatMulInteger':
    case 'QLinearMatMul':
      return elementCount(output()) * at(input(0), -1);
    case 'Attention':
      return (elementCount(input(0)) + elementCount(output())) * keyCount(node, graph);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrentLayer(node, input(0), input(2));
    default:
      return 0;
  }
}

/** Keys that each query attends to: the given ones and, if the node has any, those of the cache [N, heads, steps, size]. */
function keyCount({ name, inputs }: GraphNode, graph: Graph): number {
  const given = at(shapeOf(graph, at(inputs, 1, `inputs of node ${name}`)), -2);
  const past = inputs[4];
  return past ? given + at(shapeOf(graph, past), -2) : given;
}

/** @param x [steps, N, inputs] @param recurrence [directions, gates·hidden, hidden] */
function recurrentLayer(node: GraphNode, x: readonly number[], recurrence: readonly number[]): number {
  const [steps, batch, inputs] = [at(x, 0), at(x, 1), at(x, 2)];
  const [directions, hidden] = [at(recurrence, 0), at(recurrence, 2)];
  return directions * required(gates, node.operator) * hidden * (inputs + hidden) * steps * batch;
}

function shapeOf(graph: Graph, value: string): readonly number[] {
  return required(graph.values, value, `values of graph ${graph.name}`).shape;
}
