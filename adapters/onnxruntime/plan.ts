/** What ONNX Runtime does not compute as ONNX defines it (version 1.30; found by `npm run conformance -- --onnx`). */
import { at, required } from '../../common/at.js';
import { elementCount } from '../../model/graph.js';
import type { Graph } from '../adapter.js';
import { type Deviations, halfInSingle, type OwnImport } from '../lowering/own-import.js';

type Node = Graph['nodes'][number];

const batchFirst = ({ attributes }: Node) =>
  attributes.layout === 1 ? 'layout 1 is not implemented' : undefined;

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

/** @param ownDeviations of the execution provider */
export function onnxRuntimeImport(...ownDeviations: readonly Deviations[]): OwnImport {
  return {
    title: 'ONNX Runtime',
    deviations: [deviations, ...ownDeviations],
    // Its CPU provider has few kernels in half precision: it casts to float32 around the other nodes.
    held: halfInSingle,
  };
}
