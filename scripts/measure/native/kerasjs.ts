/** The workloads as Keras writes them and its encoder for Keras.js does: a Sequential model, one example at a time. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type KerasJs from 'keras-js';
import type KerasProto from 'keras-js/lib/proto.js';
import type { Model } from '../../../adapters/adapter.js';
import type { Call } from '../pairs.js';

type Shapes = Readonly<Record<string, readonly number[]>>;
type Entry = readonly [className: string, config: Readonly<Record<string, unknown>>, weights: Shapes];

const require = createRequire(import.meta.url);

const conv = (filters: number, padding: string, channels: number): Entry => [
  'Conv2D',
  { filters, kernel_size: [5, 5], strides: [1, 1], padding, activation: 'relu', use_bias: true },
  { kernel: [5, 5, channels, filters], bias: [filters] },
];
const pool: Entry = ['MaxPooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }, {}];
const dense = (inputs: number, units: number, activation: string): Entry => [
  'Dense',
  { units, activation, use_bias: true },
  { kernel: [inputs, units], bias: [units] },
];

const lenet5: readonly Entry[] = [
  ...[conv(6, 'same', 1), pool, conv(16, 'valid', 6), pool],
  ['Flatten', {}, {}],
  ...[dense(400, 120, 'relu'), dense(120, 84, 'relu'), dense(84, 10, 'softmax')],
];
const rowLstm: readonly Entry[] = [
  [
    'LSTM',
    {
      units: 128,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      use_bias: true,
      return_sequences: false,
    },
    { kernel: [28, 512], recurrent_kernel: [128, 512], bias: [512] },
  ],
  dense(128, 10, 'softmax'),
];

export async function build(model: Model): Promise<Call> {
  const isLenet = model.manifest.workload === 'lenet5';
  const shape = isLenet ? [28, 28, 1] : [28, 28];
  const bytes = encode(isLenet ? lenet5 : rowLstm, shape);
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-kerasjs-'));
  const filepath = join(folder, 'model.bin');
  await writeFile(filepath, bytes);
  const keras = require('keras-js') as typeof KerasJs;
  const net = new keras.default.Model({ filepath, filesystem: true, gpu: false });
  await net.ready();
  await rm(folder, { recursive: true });
  const name = model.graph.inputs[0]?.name ?? '';
  const size = shape.reduce((product, extent) => product * extent, 1);
  const batches = model.inputs.map((tensors) => {
    const data = tensors[name]?.data as Float32Array;
    const rows = Array.from({ length: model.manifest.batch }, (_, row) => row * size);
    return rows.map((begin) => ({ input: data.subarray(begin, begin + size) }));
  });
  return async (buffer) => {
    const outputs: Float32Array[] = [];
    // Some layers hand on the array that they work in.
    for (const example of batches[buffer] ?? []) {
      outputs.push(Float32Array.from(Object.values(await net.predict(example))[0] ?? []));
    }
    return outputs;
  };
}

function encode(entries: readonly Entry[], shape: readonly number[]): Uint8Array {
  const input = { name: 'input', batch_input_shape: [null, ...shape], shape };
  const layers: object[] = [{ class_name: 'InputLayer', name: 'input', config: input, inbound_nodes: [] }];
  const modelWeights = entries.flatMap(([className, config, weights], position) => {
    const name = `layer_${position}`;
    const before = position === 0 ? 'input' : `layer_${position - 1}`;
    const inbound = [[[before, 0, 0, {}]]];
    layers.push({ class_name: className, name, config: { ...config, name }, inbound_nodes: inbound });
    return Object.entries(weights).map(([weight, extents]) => ({
      layerName: name,
      weightName: `${name}/${weight}:0`,
      shape: [...extents],
      type: 'float32' as const,
      data: values(extents.reduce((product, extent) => product * extent, 1)),
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

/** Small and of both signs, as a network's are. */
function values(count: number): Uint8Array {
  return new Uint8Array(Float32Array.from({ length: count }, (_, index) => 0.1 * Math.sin(index)).buffer);
}
