/** What ONNX Runtime is asked to run: the file, unless its results are known to be others than ONNX's. */
import { at, required } from '../../common/at.js';
import { elementCount } from '../../model/graph.js';
import { precisionOf } from '../../model/precision.js';
import type { Graph, Lowering } from '../adapter.js';

type Node = Graph['nodes'][number];

/**
 * Operators whose results are known to differ from ONNX's definition (version 1.30; found by `npm run conformance -- --onnx`) are
 * unsupported instead of wrong.
 *
 * @param ownDeviations of the execution provider
 */
export function lowerToOwnImport(graph: Graph, ownDeviations: Deviations = {}): Lowering {
  for (const node of graph.nodes) {
    const deviation = [deviations, ownDeviations]
      .map((each) => each[node.operator]?.(node, graph))
      .find((found) => found !== undefined);
    if (deviation !== undefined)
      return { unsupported: `${node.operator} (${node.name}): ${deviation} by ONNX Runtime` };
  }
  // Its CPU provider has few kernels in half precision: it casts to float32 around the other nodes.
  const float = precisionOf(graph, (type) => (type === 'float16' ? 'float32' : type));
  const precision = graph.integerProducts ? 'int8' : float;
  return { plan: { form: 'the file, imported by the runtime itself', precision } };
}

const batchFirst = ({ attributes }: Node) =>
  attributes.layout === 1 ? 'layout 1 is not implemented' : undefined;

/** By operator, why a node is unsupported, to be followed by the name of the runtime. */
type Deviations = Readonly<Record<string, (node: Node, graph: Graph) => string | undefined>>;

/** `ActivationToWgslFn` of its LSTM knows no others; whether it does is found only when the model runs. */
export const webgpuDeviations: Deviations = {
  LSTM({ attributes: { activations = [] } }) {
    const other = [activations].flat().find((each) => !/^(sigmoid|tanh|relu)$/i.test(String(each)));
    return other === undefined ? undefined : `${other} is not supported on WebGPU`;
  },
};

const emptyBooleans = ({ inputs: [x = ''] }: Node, graph: Graph) => {
  const { type, shape } = required(graph.values, x, 'values');
  return type === 'bool' && shape.includes(0) ? 'a reduction of no booleans is not defined' : undefined;
};

const deviations: Deviations = {
  Resize(node, graph) {
    if (node.attributes.coordinate_transformation_mode !== 'align_corners') return undefined;
    const scales = node.inputs[2];
    const count = scales ? at(required(graph.values, scales, 'values').shape, 0) : 0;
    return count > 0 ? 'scales with coordinates align_corners are rounded differently' : undefined;
  },
  LSTM: batchFirst,
  GRU: batchFirst,
  RNN: batchFirst,
  MaxUnpool: ({ inputs }) =>
    inputs[2] ? 'positions with output_shape are interpreted differently' : undefined,
  Attention({ inputs, outputs }, graph) {
    const [, keys, , mask] = inputs.map((name) => (name === '' ? undefined : graph.values[name]?.shape));
    if (!mask) return undefined;
    if (outputs[3]) return 'masked scores are the lowest finite number instead of −∞';
    const isShort = keys && at(mask, -1) < at(keys, -2);
    return isShort ? 'a mask that is shorter than the keys is not supported' : undefined;
  },
  ConvInteger: ({ inputs }, graph) =>
    elementCount(graph.values[inputs[3] ?? '']?.shape ?? []) > 1
      ? 'a zero point for each filter is not supported'
      : undefined,
  ReduceMax: emptyBooleans,
  ReduceMin: emptyBooleans,
};
