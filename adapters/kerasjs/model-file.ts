/** A net as the file that Keras.js reads: a protobuf of its own schema with the JSON of a Keras 2 model inside. */
import type { Tensors } from '../adapter.js';
import { hostConstant } from '../lowering/host.js';
import type { KerasNet } from './net.js';

export async function modelFile(net: KerasNet, weights: Tensors): Promise<Uint8Array> {
  const { default: exported } = await import('keras-js/lib/proto.js');
  // Node gives what a module of the older kind exports; bundlers and test runners give its `default`.
  const { Model } = ('default' in exported ? exported.default : exported) as (typeof exported)['default'];
  const layers = net.layers.map(({ className, name, config, inbound }) => ({
    class_name: className,
    name,
    config: { ...config, name },
    inbound_nodes: [inbound.map((other) => [other, 0, 0, {}])],
  }));
  const modelWeights = net.layers.flatMap((layer) =>
    layer.weights.map(([weight, constant]) => {
      const { shape, data } = hostConstant(constant, weights);
      return {
        layerName: layer.name,
        weightName: `${layer.name}/${weight}:0`,
        shape: [...shape],
        type: 'float32' as const,
        data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      };
    }),
  );
  return Model.encode({
    id: 'touchstone',
    name: 'touchstone',
    kerasVersion: '2.1.3',
    backend: 'tensorflow',
    modelConfig: JSON.stringify({ class_name: 'Model', config: { name: 'touchstone', layers } }),
    modelWeights,
  }).finish();
}
