/** A session of ONNX Runtime, whichever of its packages made it: all have one interface. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { at } from '../../common/at.js';
import type { Configuration, Model, Stepping, Tensor } from '../adapter.js';
import { refuse } from '../lowering/refusal.js';
import { queuing } from './queue.js';

export type Ort = typeof import('onnxruntime-common');
type Outputs = InferenceSession.OnnxValueMapType;
type Feeds = Readonly<Record<string, OrtTensor>>;

/** Effective settings of every session: the runtime has no API that reports its kernels. */
export const common = {
  interOpThreads: 1,
  instructionSet: null,
  execution: 'graph, optimised',
  layout: 'NCHW',
  arithmetic: 'float32',
  flushToZero: false,
  executionMode: 'sequential',
} satisfies Partial<Configuration>;

/**
 * @param options beside those of every session
 * @param outputLocation where outputs stay on the device, where the execution provider can leave them there
 */
export async function loadInference(
  ort: Ort,
  options: InferenceSession.SessionOptions,
  model: Model,
  outputLocation?: 'gpu-buffer',
): Promise<Stepping<Outputs, Feeds>> {
  const create = (more: InferenceSession.SessionOptions = {}) =>
    ort.InferenceSession.create(model.modelPath, {
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      ...options,
      ...more,
    }).catch(unsupportedWithoutKernel);
  const session = await create();
  const feeds = model.inputs.map((tensors) => {
    const entries = model.graph.inputs.map(({ name }) => [name, toOrt(ort, tensors[name], name)] as const);
    return Object.fromEntries(entries);
  });
  // A file may have outputs that are constants, or that nobody compares.
  const fetches = model.graph.outputs.map(({ name }) => name);
  const { generation } = model.manifest;
  const feedback = generation ? Object.entries(generation.feedback) : [];
  const run = (own: InferenceSession, buffer: number) => own.run(at(feeds, buffer, 'input buffers'), fetches);
  const queued = outputLocation && queuing(() => create({ preferredOutputLocation: outputLocation }), run);
  return {
    run: (buffer) => run(session, buffer),
    ...(queued ? { queue: queued.queue } : {}),
    inputsOf: (buffer) => at(feeds, buffer, 'input buffers'),
    call: (inputs) => session.run(inputs, fetches),
    feed: (inputs, outputs) => ({
      ...inputs,
      ...Object.fromEntries(feedback.map(([input, output]) => [input, outputs[output] as OrtTensor])),
    }),
    read: (outputs) =>
      Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)])),
    dispose() {
      void session.release();
      void queued?.release();
    },
  };
}

/** Its errors for an operator, type or operator set without a kernel. */
const noKernel =
  /NOT_IMPLEMENTED|Could not find an implementation|is not a registered function|No Op registered for|INVALID_GRAPH|Unrecognized attribute|are not supported|Opset \d+ is under development/;

function unsupportedWithoutKernel(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  if (noKernel.test(message)) refuse(`ONNX Runtime: ${message}`);
  throw error;
}

function toOrt(ort: Ort, tensor: Tensor | undefined, name: string): OrtTensor {
  if (!tensor) throw new Error(`the artefact has no input ${name}`);
  return new ort.Tensor(tensor.type as 'float32', tensor.data as Float32Array, [...tensor.shape]);
}

function fromOrt(value: Outputs[string]): Tensor {
  return { type: value.type as 'float32', shape: value.dims, data: value.data as Float32Array };
}
