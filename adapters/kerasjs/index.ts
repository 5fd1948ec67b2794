/**
 * Keras.js, in plain JavaScript: Keras 2 models in the browser, no longer developed. It has inference only, and works on
 * one example at a time: a batch is a loop over its examples.
 */
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type KerasJs from 'keras-js';
import type { KerasJsModel } from 'keras-js';
import { at, required } from '../../common/at.js';
import { temporaryFolder } from '../../common/files.js';
import {
  type Framework,
  type Graph,
  type InferenceModel,
  type Model,
  type OpenFramework,
  supported,
  unsupported,
} from '../adapter.js';
import { hostPort, onnxPort } from '../lowering/host.js';
import { makePlan } from '../lowering/lower.js';
import type { Plan } from '../lowering/plan.js';
import { lowering } from '../lowering/refusal.js';
import { kerasjs } from './capabilities.js';
import { modelFile } from './model-file.js';
import { batchOf, netOf } from './net.js';

const framework: Framework = {
  name: 'kerasjs',
  title: 'Keras.js',
  homepage: 'https://github.com/transcranial/keras-js',
  isDiscontinued: true,
  targets: [
    {
      name: 'kerasjs/js',
      summary: 'plain JavaScript in float32, one example at a time, in Node',
      host: 'node',
      device: 'cpu',
      isDefault: true,
      packages: ['keras-js'],
      precisions: ['float32'],
      modes: { inference: supported, training: unsupported('Keras.js has no training, by design') },
      lower: (graph) => lowering(() => planOf(graph)),
      environment: () => ({}),
      open,
    },
  ],
};
export default framework;

/** A plan that is a net of its layers. */
function planOf(graph: Graph): Plan {
  const plan = makePlan(graph, 'inference', kerasjs);
  netOf(plan);
  return plan;
}

async function open(): Promise<OpenFramework> {
  const keras = createRequire(import.meta.url)('keras-js') as typeof KerasJs;
  return {
    describe: () => ({
      versions: { 'keras-js': installedVersion() },
      device: 'cpu',
      configuration: {
        threads: 1,
        interOpThreads: 1,
        instructionSet: 'scalar',
        kernelLibrary: 'plain JavaScript',
        execution: 'eager',
        layout: 'NHWC',
        // Its arrays hold float32; what happens between reading and storing them is JavaScript's own number.
        arithmetic: 'float64',
        flushToZero: false,
        batching: 'one example after another',
      },
    }),
    loadInference: (model) => load(keras.default.Model, model),
  };
}

type Outputs = readonly Float32Array[];

async function load(
  KerasModel: (typeof KerasJs)['default']['Model'],
  { plan: given, inputs, weights }: Model,
): Promise<InferenceModel<Outputs>> {
  const plan = given as Plan;
  const net = netOf(plan);
  const folder = await temporaryFolder('kerasjs');
  const filepath = join(folder, 'model.bin');
  await writeFile(filepath, modelFile(net, weights));
  const model = new KerasModel({ filepath, filesystem: true, gpu: false });
  await model.ready();
  await rm(folder, { recursive: true });
  const batch = batchOf(plan);
  const buffers = inputs.map((tensors) => {
    const arrays = plan.inputs.map((port) => hostPort(port, tensors).data as Float32Array);
    return Array.from({ length: batch }, (_, example) =>
      Object.fromEntries(arrays.map((data, place) => [at(net.inputs, place), part(data, example, batch)])),
    );
  });
  return {
    run: (buffer) => predictBatch(model, at(buffers, buffer), net.outputs),
    read: (outputs) =>
      Object.fromEntries(plan.outputs.map((port, place) => [port.name, onnxPort(port, at(outputs, place))])),
    dispose: () => model.cleanup(),
  };
}

/** One output array for each output of the model, the examples one after the other. */
async function predictBatch(
  model: KerasJsModel,
  examples: readonly Record<string, Float32Array>[],
  names: readonly string[],
): Promise<Outputs> {
  const outputs: Float32Array[] = [];
  for (const [example, inputs] of examples.entries()) {
    const predicted = await model.predict(inputs);
    names.forEach((name, position) => {
      const values = required(predicted, name, 'outputs of the model');
      const whole = outputs[position] ?? new Float32Array(values.length * examples.length);
      outputs[position] = whole;
      whole.set(values, example * values.length);
    });
  }
  return outputs;
}

function part(data: Float32Array, example: number, batch: number): Float32Array {
  const length = data.length / batch;
  return data.subarray(example * length, (example + 1) * length);
}

function installedVersion(): string {
  const manifest = createRequire(import.meta.url)('keras-js/package.json') as { version: string };
  return manifest.version;
}
