/** How much a graph computes: the analytic count that predictions and rooflines start from. */
import { elementCount, type Graph, type GraphNode } from './graph.js';

/** Weights of a recurrent layer that meet each of its inputs and states: gates per cell. */
const gates: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

/**
 * Multiplications with an addition of one forward pass at the graph's batch: those of convolutions, matrix products and
 * recurrent layers, which is what published counts have (He et al., "Deep residual learning", 2016, table 1, among
 * others). Biases, activations, normalisation and pooling are left out.
 */
export function multiplyAdds(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + ofNode(node, graph), 0);
}

/** Those of its recurrent layers alone. */
export function recurrentMultiplyAdds(graph: Graph): number {
  const layers = graph.nodes.filter(({ operator }) => operator in gates);
  return layers.reduce((sum, node) => sum + ofNode(node, graph), 0);
}

function ofNode(node: GraphNode, graph: Graph): number {
  const shape = (name: string | undefined) => graph.values[name ?? '']?.shape ?? [];
  const [x, weight] = node.inputs.map(shape);
  const [output] = node.outputs.map(shape);
  if (!x || !weight || !output) return 0;
  switch (node.operator) {
    case 'Conv':
    case 'ConvInteger':
      return elementCount(output) * elementCount(weight.slice(1));
    case 'QLinearConv':
      return elementCount(output) * elementCount(shape(node.inputs[3]).slice(1));
    case 'ConvTranspose':
      return elementCount(x) * elementCount(weight.slice(1));
    case 'Gemm':
      return elementCount(output) * (x[node.attributes.transA ? 0 : 1] ?? 1);
    case 'MatMul':
    case 'MatMulInteger':
    case 'QLinearMatMul':
      return elementCount(output) * (x.at(-1) ?? 1);
    case 'Attention':
      return (elementCount(x) + elementCount(output)) * keysOf(weight, shape(node.inputs[4]));
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return ofRecurrence(node, x, shape(node.inputs[2]));
    default:
      return 0;
  }
}

/** Each query meets every key, and each weight its value: those given and those of the past, [N, heads, steps, size]. */
function keysOf(keys: readonly number[], past: readonly number[]): number {
  return (keys.at(-2) ?? 0) + (past.at(-2) ?? 0);
}

/** @param x [steps, N, inputs] @param recurrence [directions, gates·hidden, hidden] */
function ofRecurrence(node: GraphNode, x: readonly number[], recurrence: readonly number[]): number {
  const [steps = 0, batch = 0, inputs = 0] = x;
  const [directions = 1, , hidden = 0] = recurrence;
  return directions * (gates[node.operator] ?? 0) * hidden * (inputs + hidden) * steps * batch;
}
