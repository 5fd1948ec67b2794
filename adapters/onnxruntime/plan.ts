/** What ONNX Runtime does not compute as ONNX defines it (version 1.30; found by `npm run conformance -- --onnx`). */
import { at, required } from '../../common/at.js';
import type { Graph } from '../adapter.js';
import type { Deviations, OwnImport } from '../lowering/own-import.js';

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
  Attention: ({ inputs, outputs }) =>
    inputs[3] && outputs[3] ? 'masked scores are the lowest finite number instead of −∞' : undefined,
};

/** @param ownDeviations of the execution provider */
export function onnxRuntimeImport(...ownDeviations: readonly Deviations[]): OwnImport {
  return {
    title: 'ONNX Runtime',
    deviations: [deviations, ...ownDeviations],
    // Its CPU provider has few kernels in half precision: it casts to float32 around the other nodes.
    held: (type) => (type === 'float16' ? 'float32' : type),
  };
}
