/** Writes a checked or normalised model back as ONNX, all of its data inside. */

import type { TensorInfo, Tensors } from '../graph.js';
import { refuse } from './decode.js';
import { elementTypes, encodeTensor } from './encode.js';
import { type NodeProto, proto, type ValueInfoProto } from './proto.js';

/** The first version in which an initialiser need not be an input as well is 4; ONNX Runtime reads 8 since 1.10. */
const irVersion = 8;

export interface WritableModel {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly TensorInfo[];
  /** A name alone leaves type and shape to the reader, which ONNX Runtime accepts. */
  readonly outputs: readonly (TensorInfo | { readonly name: string })[];
  readonly nodes: readonly NodeProto[];
  readonly weights: Tensors;
}

/** Protobuf's limit for one message, less what the nodes may take. */
const mostWeightBytes = 2 ** 31 - 2 ** 24;

/**
 * A serialised ModelProto.
 * @throws TouchstoneError('model') for more weights than one file can hold
 */
export function writeModel(model: WritableModel): Uint8Array {
  const weightBytes = Object.values(model.weights).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (weightBytes > mostWeightBytes)
    throw refuse('its weights are larger than 2 GiB, which is not supported');
  const graph = {
    name: model.name || 'model',
    node: [...model.nodes],
    initializer: Object.entries(model.weights).map(([name, tensor]) => encodeTensor(name, tensor)),
    input: model.inputs.map(describe),
    output: model.outputs.map(describe),
  };
  const opsetImport = [{ domain: '', version: model.opset }];
  return proto.ModelProto.encode({ irVersion, producerName: 'touchstone', opsetImport, graph }).finish();
}

function describe(value: TensorInfo | { readonly name: string }): ValueInfoProto {
  if (!('shape' in value)) return { name: value.name };
  const dim = value.shape.map((extent) => ({ dimValue: extent }));
  return { name: value.name, type: { tensorType: { elemType: elementTypes[value.type], shape: { dim } } } };
}
