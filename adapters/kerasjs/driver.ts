/** Keras.js on models, wherever it was imported. */
import type { KerasJs, KerasJsModel } from 'keras-js';
import { at, required } from '../../common/at.js';
import type { Configuration, Device, InferenceModel, Model, OpenFramework } from '../adapter.js';
import { hostPort, onnxPort } from '../lowering/host.js';
import type { Plan } from '../lowering/plan.js';
import { modelFile } from './model-file.js';
import { batchOf, netOf } from './net.js';
import { isRecurrent } from './recurrent.js';

/** What the layers compute on. */
export interface Computing {
  readonly device: 'cpu' | Device;
  readonly configuration: Pick<Configuration, 'threads' | 'instructionSet' | 'kernelLibrary' | 'arithmetic'>;
}

export const plainJavaScript: Computing = {
  device: 'cpu',
  configuration: {
    threads: 1,
    instructionSet: 'scalar',
    kernelLibrary: 'plain JavaScript',
    // Its arrays hold float32; what happens between reading and storing them is JavaScript's own number.
    arithmetic: 'float64',
  },
};

/** Its textures hold float32, and its shaders ask for the highest precision. */
export function webgl(device: Device): Computing {
  return {
    device,
    configuration: { threads: null, instructionSet: null, kernelLibrary: 'WebGL 2', arithmetic: 'float32' },
  };
}

export function opened(keras: KerasJs, version: string, { device, configuration }: Computing): OpenFramework {
  return {
    describe: () => ({
      versions: { 'keras-js': version },
      device,
      configuration: {
        ...configuration,
        interOpThreads: 1,
        execution: 'eager',
        layout: 'NHWC',
        flushToZero: device === 'cpu' ? false : null,
        batching: 'one example after another',
      },
    }),
    loadInference: (model) => load(keras, device !== 'cpu', model),
  };
}

type Outputs = readonly Float32Array[];

/**
 * On WebGL a recurrent layer leaves two textures of its width behind with each example, which only `cleanup` frees; no other layer does.
 * A model is opened again after so many.
 */
const maxExamples = 500;

async function load(
  { Model: KerasModel }: KerasJs,
  gpu: boolean,
  { plan: given, inputs, weights }: Model,
): Promise<InferenceModel<Outputs>> {
  const plan = given as Plan;
  const net = netOf(plan);
  const file = await modelFile(net, weights);
  /** It can request its file only, which is here already. */
  class HeldModel extends KerasModel {
    override async _dataRequestHTTP(): Promise<void> {
      this._decodeProtobuf(file);
    }
  }
  const open = async () => {
    const opened = new HeldModel({ filepath: 'held', filesystem: false, gpu });
    await opened.ready();
    return opened;
  };
  let model = await open();
  const renew = async () => {
    model.cleanup();
    model = await open();
  };
  const batch = batchOf(plan);
  const wears = gpu && plan.operations.some(isRecurrent);
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
    ...(wears ? { wear: { maxRuns: Math.max(1, Math.floor(maxExamples / batch)), renew } } : {}),
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
