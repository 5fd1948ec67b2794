/** A plan as the file that Keras.js reads: a protobuf of its own schema with the JSON of a Keras 2 model inside. */
import { createRequire } from 'node:module';
import type KerasProto from 'keras-js/lib/proto.js';
import type { Tensors } from '../adapter.js';
import type { LayerPlan } from '../lowering/layers/layer-plan.js';
import { toNative } from '../lowering/layers/weights.js';
import { kerasLayer } from './layers.js';

export interface ModelFile {
  readonly bytes: Uint8Array;
  /** Names of the input and output layers, in the order of the plan's. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export function modelFile(plan: LayerPlan, weights: Tensors): ModelFile {
  const proto = createRequire(import.meta.url)('keras-js/lib/proto.js') as typeof KerasProto;
  const layerOf = new Map<number, string>();
  const layers: object[] = plan.inputs.map(({ tensor, onnxShape, axes }, position) => {
    const name = `input_${position}`;
    layerOf.set(tensor, name);
    const shape = axes.map((axis) => onnxShape[axis] ?? 1);
    const config = { name, batch_input_shape: [null, ...shape.slice(1)], shape: shape.slice(1) };
    return { class_name: 'InputLayer', name, config, inbound_nodes: [] };
  });
  const modelWeights = plan.layers.flatMap((planned, position) => {
    const { className, config, weightNames } = kerasLayer(planned);
    const name = `layer_${position}`;
    const inbound = planned.inputs.map((tensor) => [layerOf.get(tensor), 0, 0, {}]);
    for (const tensor of planned.outputs) layerOf.set(tensor, name);
    layers.push({ class_name: className, name, config: { ...config, name }, inbound_nodes: [inbound] });
    return planned.weights.map((weight, index) => {
      const data = toNative(weight, weights);
      return {
        layerName: name,
        weightName: `${name}/${weightNames[index]}:0`,
        shape: [...weight.shape],
        type: 'float32' as const,
        data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      };
    });
  });
  const named = (tensors: readonly { tensor: number }[]) =>
    tensors.map(({ tensor }) => layerOf.get(tensor) ?? '');
  const bytes = proto.default.Model.encode({
    id: 'touchstone',
    name: 'touchstone',
    kerasVersion: '2.1.3',
    backend: 'tensorflow',
    modelConfig: JSON.stringify({ class_name: 'Model', config: { name: 'touchstone', layers } }),
    modelWeights,
  }).finish();
  return { bytes, inputs: named(plan.inputs), outputs: named(plan.outputs) };
}
