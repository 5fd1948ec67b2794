/** Writes a model as ONNX, with all of its data inline. */

import type { TouchstoneError } from '../../common/errors.js';
import type { TensorInfo, Tensors } from '../graph.js';
import { modelError } from '../model-error.js';
import { encodeTensor, encodeValueInfo } from './encode.js';
import { type NodeProto, proto, type ValueInfoProto } from './proto.js';

/** Since IR version 4 an initialiser need not be an input as well; ONNX Runtime reads version 8 since release 1.10. */
const irVersion = 8;

export interface WritableModel {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly TensorInfo[];
  /** A name alone leaves type and shape to be inferred by the reader, which ONNX Runtime accepts. */
  readonly outputs: readonly (TensorInfo | { readonly name: string })[];
  readonly nodes: readonly NodeProto[];
  readonly weights: Tensors;
}

/** Protobuf's limit for one message, less a reserve for the nodes. */
export const maxWeightBytes = 2 ** 31 - 2 ** 24;

/**
 * A serialised ModelProto.
 *
 * @throws TouchstoneError('model') if the weights exceed what one file can hold
 */
export function writeModel(model: WritableModel): Uint8Array {
  const weightBytes = Object.values(model.weights).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (weightBytes > maxWeightBytes) throw tooManyWeights();
  const graph = {
    name: model.name || 'model',
    node: [...model.nodes],
    initializer: Object.entries(model.weights).map(([name, tensor]) => encodeTensor(name, tensor)),
    input: model.inputs.map(valueInfo),
    output: model.outputs.map(valueInfo),
  };
  const opsetImport = [{ domain: '', version: model.opset }];
  return proto.ModelProto.encode({ irVersion, producerName: 'touchstone', opsetImport, graph }).finish();
}

export function tooManyWeights(): TouchstoneError {
  return modelError('its weights are larger than 2 GiB, which is not supported');
}

function valueInfo(value: TensorInfo | { readonly name: string }): ValueInfoProto {
  return 'shape' in value ? encodeValueInfo(value) : { name: value.name };
}
