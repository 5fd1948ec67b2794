/** The file that Keras.js's own encoder writes of a Keras 2 model: layers one behind the other. */
import { createRequire } from 'node:module';
import type KerasProto from 'keras-js/lib/proto.js';
import type { Entry } from './models.js';

const require = createRequire(import.meta.url);

export function encode(entries: readonly Entry[], shape: readonly number[]): Uint8Array {
  const input = { name: 'input', batch_input_shape: [null, ...shape], shape };
  const layers: object[] = [{ class_name: 'InputLayer', name: 'input', config: input, inbound_nodes: [] }];
  const modelWeights = entries.flatMap(({ className, config, weights }, position) => {
    const name = `layer_${position}`;
    const before = position === 0 ? 'input' : `layer_${position - 1}`;
    const inbound = [[[before, 0, 0, {}]]];
    layers.push({ class_name: className, name, config: { ...config, name }, inbound_nodes: inbound });
    return Object.entries(weights).map(([weight, { shape: extents, data }]) => ({
      layerName: name,
      weightName: `${name}/${weight}:0`,
      shape: [...extents],
      type: 'float32' as const,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }));
  });
  const proto = require('keras-js/lib/proto.js') as typeof KerasProto;
  return proto.default.Model.encode({
    id: 'native',
    name: 'native',
    kerasVersion: '2.1.3',
    backend: 'tensorflow',
    modelConfig: JSON.stringify({ class_name: 'Model', config: { name: 'native', layers } }),
    modelWeights,
  }).finish();
}
