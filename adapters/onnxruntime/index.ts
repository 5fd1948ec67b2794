/**
 * ONNX Runtime for Node. It is given the user's file as it is, or `model.onnx`; nothing is lowered on our side. An inference engine:
 * its Node binding has no training API.
 */

import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { at, required } from '../../common/at.js';
import { precisionOf } from '../../model/precision.js';
import {
  type Budget,
  type Description,
  type Framework,
  type Graph,
  type Lowering,
  type Model,
  type OpenFramework,
  type Stepping,
  supported,
  type Tensor,
  unsupported,
} from '../adapter.js';
import { refuse } from '../lowering/refusal.js';

type Node = Graph['nodes'][number];
type Ort = typeof import('onnxruntime-node');
type Outputs = InferenceSession.OnnxValueMapType;
type Feeds = Readonly<Record<string, OrtTensor>>;

const framework: Framework = {
  name: 'onnxruntime',
  title: 'ONNX Runtime',
  homepage: 'https://onnxruntime.ai',
  targets: [
    {
      name: 'onnxruntime/cpu',
      summary: 'CPU execution provider (MLAS kernels), all graph optimisations, in Node',
      host: 'node',
      device: 'cpu',
      isDefault: true,
      packages: ['onnxruntime-node', 'onnxruntime-common'],
      precisions: ['float32'],
      generates: true,
      modes: {
        inference: supported,
        training: unsupported(
          'ONNX Runtime for Node has no training API: it is an inference engine by design',
        ),
      },
      // What is measured has been run in ONNX Runtime once already, when its shapes were observed.
      lower: lowerToOwnImport,
      // Without it, it refuses operator sets newer than its own release, also where it has every kernel.
      environment: () => ({ ALLOW_RELEASED_ONNX_OPSET_ONLY: '0' }),
      open,
    },
  ],
};
export default framework;

/**
 * Operators whose results are known to differ from ONNX's definition (version 1.30; found by `npm run conformance -- --onnx`) are
 * unsupported instead of wrong.
 */
function lowerToOwnImport(graph: Graph): Lowering {
  for (const node of graph.nodes) {
    const deviation = deviations[node.operator]?.(node, graph);
    if (deviation !== undefined)
      return { unsupported: `${node.operator} (${node.name}): ${deviation} by ONNX Runtime` };
  }
  // Its CPU provider has few kernels in half precision: it casts to float32 around the other nodes.
  const float = precisionOf(graph, (type) => (type === 'float16' ? 'float32' : type));
  const precision = graph.integerProducts ? 'int8' : float;
  return { plan: { form: 'the file, imported by the runtime itself', precision } };
}

const batchFirst = ({ attributes }: Node) =>
  attributes.layout === 1 ? 'layout 1 is not implemented' : undefined;

/** Why a node is unsupported, to be followed by the name of the runtime. */
const deviations: Readonly<Record<string, (node: Node, graph: Graph) => string | undefined>> = {
  Resize(node, graph) {
    if (node.attributes.coordinate_transformation_mode !== 'align_corners') return undefined;
    const scales = node.inputs[2];
    const count = scales ? at(required(graph.values, scales, 'values').shape, 0) : 0;
    return count > 0 ? 'scales with coordinates align_corners are rounded differently' : undefined;
  },
  LSTM: batchFirst,
  GRU: batchFirst,
  RNN: batchFirst,
  MaxUnpool: ({ inputs }) =>
    inputs[2] ? 'positions with output_shape are interpreted differently' : undefined,
  Attention: ({ inputs, outputs }) =>
    inputs[3] && outputs[3] ? 'masked scores are the lowest finite number instead of −∞' : undefined,
};

async function open(budget: Budget): Promise<OpenFramework> {
  const ort = await import('onnxruntime-node');
  return {
    describe: () => describe(ort, budget),
    loadInference: (model) => loadInference(ort, budget, model),
  };
}

/** From the session options: the runtime has no API that reports its thread pool or kernels. */
function describe(ort: Ort, budget: Budget): Description {
  return {
    versions: {
      'onnxruntime-node': ort.env.versions.node ?? 'unknown',
      'onnxruntime-common': ort.env.versions.common,
    },
    device: 'cpu',
    configuration: {
      threads: budget.threads,
      interOpThreads: 1,
      instructionSet: null,
      kernelLibrary: 'MLAS',
      execution: 'graph, optimised',
      layout: 'NCHW',
      arithmetic: 'float32',
      flushToZero: false,
      executionProvider: 'cpu',
      executionMode: 'sequential',
    },
  };
}

async function loadInference(ort: Ort, budget: Budget, model: Model): Promise<Stepping<Outputs, Feeds>> {
  const session = await ort.InferenceSession.create(model.modelPath, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: budget.threads,
    interOpNumThreads: 1,
  }).catch(unsupportedWithoutKernel);
  const feeds = model.inputs.map((tensors) => {
    const entries = model.graph.inputs.map(({ name }) => [name, toOrt(ort, tensors[name], name)] as const);
    return Object.fromEntries(entries);
  });
  // A file may have outputs that are constants, or that nobody compares.
  const fetches = model.graph.outputs.map(({ name }) => name);
  const { generation } = model.manifest;
  const feedback = generation ? Object.entries(generation.feedback) : [];
  return {
    run: (buffer) => session.run(at(feeds, buffer, 'input buffers'), fetches),
    inputsOf: (buffer) => at(feeds, buffer, 'input buffers'),
    call: (inputs) => session.run(inputs, fetches),
    feed: (inputs, outputs) => ({
      ...inputs,
      ...Object.fromEntries(feedback.map(([input, output]) => [input, outputs[output] as OrtTensor])),
    }),
    read: (outputs) =>
      Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)])),
    dispose: () => void session.release(),
  };
}

/** Its errors for an operator, type or operator set without a kernel. */
const noKernel =
  /NOT_IMPLEMENTED|Could not find an implementation|is not a registered function|No Op registered for|INVALID_GRAPH|Unrecognized attribute|are not supported/;

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
