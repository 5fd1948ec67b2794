/** The workloads as Keras writes them and its encoder for Keras.js does: a Sequential model, one example at a time. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type KerasJs from 'keras-js';
import type { Model } from '../../../../adapters/adapter.js';
import { at, required } from '../../../../common/at.js';
import type { NativeNet } from '../native.js';
import { encode } from './encode.js';
import { lenet5, rowLstm } from './models.js';

const require = createRequire(import.meta.url);

const models = {
  lenet5: { layers: lenet5, shape: [28, 28, 1] },
  'row-lstm': { layers: rowLstm, shape: [28, 28] },
};

export async function build(workload: string, model: Model): Promise<NativeNet | undefined> {
  if (!Object.hasOwn(models, workload)) return undefined;
  const { layers, shape } = models[workload as keyof typeof models];
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-kerasjs-'));
  const filepath = join(folder, 'model.bin');
  await writeFile(filepath, encode(layers(model), shape));
  const keras = require('keras-js') as typeof KerasJs;
  const net = new keras.default.Model({ filepath, filesystem: true, gpu: false });
  await net.ready();
  await rm(folder, { recursive: true });
  const { name } = at(model.graph.inputs, 0);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const batches = model.inputs.map((tensors) => {
    const data = required(tensors, name).data as Float32Array;
    const begins = Array.from({ length: model.manifest.batch }, (_, row) => row * size);
    return begins.map((begin) => ({ input: data.subarray(begin, begin + size) }));
  });
  return {
    call: async (buffer) => {
      const outputs: Float32Array[] = [];
      // Some layers hand on the array that they work in.
      for (const example of at(batches, buffer)) {
        outputs.push(Float32Array.from(at(Object.values(await net.predict(example)), 0)));
      }
      return outputs;
    },
    values: (outputs) => (outputs as Float32Array[]).flatMap((row) => Array.from(row)),
  };
}
