/**
 * The ONNX project's backend node tests as artefacts: models of one operator (or of the function that defines it), with inputs
 * and with outputs computed by NumPy. The `onnx` package generates them (`reference/onnx_nodes.py`).
 *
 * In these models everything is an input, including axes and filters. Exported models have them as constants, and shapes must
 * be static, so inputs that determine a shape or are weights are turned into constants.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { projectRoot, stateFolder } from '../../common/paths.js';
import { type Artefact, sourceArtefact } from '../../model/artefact/artefact.js';
import { artefactFiles } from '../../model/artefact/manifest.js';
import type { ArtefactSource } from '../../model/artefact/source.js';
import { graph, type Tensor, type TensorInfo, type Tensors } from '../../model/graph.js';
import { noExternalData } from '../../model/import/external-data.js';
import type { RawModel } from '../../model/import/raw-model.js';
import { readModel, readModelBytes } from '../../model/import/read-model.js';
import { shapeInputsOf } from '../../model/normalise/data-dependence.js';
import { evaluatorSources, type FindPython } from '../../model/reference/reference.js';
import { readTensors, writeTensors } from '../../model/safetensors.js';

const index = z.object({
  onnx: z.string(),
  tests: z.array(
    z.object({
      name: z.string(),
      operators: z.array(z.string()),
      nodes: z.number().int(),
      /** Why the neutral graph cannot represent it: `input x is of type bfloat16`. */
      outside: z.string().optional(),
    }),
  ),
});

export interface NodeTest {
  readonly name: string;
  /** The operators of its model: a single one except for expanded functions. */
  readonly operators: readonly string[];
  /** Why the neutral graph cannot represent it. */
  readonly outside?: string | undefined;
}

export interface NodeTests {
  /** Version of the `onnx` package that generated them. */
  readonly onnx: string;
  readonly tests: readonly NodeTest[];
  readonly folder: string;
}

/** The tests, generated on first use and again when the generator or the pinned package changes. */
export async function onnxNodeTests(python: FindPython): Promise<NodeTests> {
  const folder = join(stateFolder, 'cache/onnx-nodes', fingerprint());
  if (!existsSync(folder)) await generate(folder, python);
  const { onnx, tests } = index.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
  return { onnx, tests, folder };
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const pins = join(projectRoot, 'python-bridge/environments/reference.txt');
  for (const path of [...evaluatorSources(), pins]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

async function generate(folder: string, python: FindPython): Promise<void> {
  makeFolder(join(folder, '..'));
  const temporary = await mkdtemp(`${folder}.making-`);
  try {
    const result = await execa(
      await python('reference'),
      ['-m', 'touchstone_bridge.reference', 'onnx-nodes', temporary],
      { cwd: projectRoot, env: { PYTHONPATH: join(projectRoot, 'python-bridge') }, reject: false },
    );
    if (result.failed) {
      const last = result.stderr.trim().split('\n').at(-1) ?? result.shortMessage;
      throw new TouchstoneError('internal', `cannot generate the ONNX node tests: ${messageOf(last)}`);
    }
    await rename(temporary, folder).catch((error: unknown) => {
      // A concurrent process was faster; its folder has the same content.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @throws TouchstoneError('model') if the neutral graph cannot represent the test */
export async function nodeTestArtefact({ folder, onnx }: NodeTests, test: NodeTest): Promise<Artefact> {
  const path = join(folder, `${test.name}.onnx`);
  const tensors = await readTensors(join(folder, `${test.name}.safetensors`));
  const part = (kind: string): Tensors =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), tensor] as const] : [],
      ),
    );
  const outputs = part('output');
  const source = sourceOf(test.name, readModelBytes(path), part('input'), outputs);
  return sourceArtefact(source, {
    fingerprint: 'node-2',
    async write(_, target) {
      // Outputs that depend on no input have been removed from the graph.
      const { outputs: varying } = graph.parse(
        JSON.parse(await readFile(join(target, artefactFiles.graph), 'utf8')),
      );
      const named = varying.map(({ name }) => [`output/0/${name}`, tensorOf(name, outputs)] as const);
      await writeTensors(join(target, artefactFiles.expected), Object.fromEntries(named));
      return `onnx ${onnx} backend node test`;
    },
  });
}

function sourceOf(name: string, bytes: Uint8Array, inputs: Tensors, outputs: Tensors): ArtefactSource {
  // The package's newest operator set may be one that ONNX Runtime does not have yet; most other targets do not care.
  const given = readModel(bytes, name, noExternalData, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const fixed = constantInputNames(given, inputs);
  const model: RawModel = {
    ...given,
    inputs: given.inputs.filter((input) => !fixed.has(input.name)),
    initialisers: new Map([
      ...given.initialisers,
      ...[...fixed].flatMap((each) => (inputs[each] ? [[each, inputs[each]] as const] : [])),
    ]),
  };
  const inputInfo = model.inputs.map((input) => infoOf(input.name, inputs));
  const [node] = model.nodes;
  const areShapesKnown =
    model.nodes.length === 1 && node?.outputs.every((each) => each === '' || each in outputs);
  return {
    workload: name,
    mode: 'inference',
    batch: 1,
    seed: 0,
    model,
    modelDigest: createHash('sha256').update(bytes).digest(),
    parameters: [],
    inputInfo,
    inputs: [Object.fromEntries(inputInfo.map((info) => [info.name, tensorOf(info.name, inputs)]))],
    tolerance: { output: toleranceOf(outputs, inputs), loss: 1e-3, gradient: 1e-3, weight: 1e-3 },
    ...(areShapesKnown
      ? { known: Object.fromEntries(Object.keys(outputs).map((each) => [each, infoOf(each, outputs)])) }
      : {}),
  };
}

/** Integers must be equal; floating-point tolerances are those of the package's test runner. NumPy computes float16 in float16. */
function toleranceOf(outputs: Tensors, inputs: Tensors): number {
  const types = [...Object.values(outputs), ...Object.values(inputs)].map(({ type }) => type);
  if (types.includes('float16')) return 5e-3;
  return Object.values(outputs).some(({ type }) => type.startsWith('float')) ? 1e-3 : 1e-12;
}

function tensorOf(name: string, tensors: Tensors): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new TouchstoneError('model', `the test has no data for ${name}`);
  return tensor;
}

function infoOf(name: string, tensors: Tensors): TensorInfo {
  const { type, shape } = tensorOf(name, tensors);
  return { name, type, shape: [...shape] };
}

/** By operator, positions of inputs that are weights or settings in exported models, besides those that decide a shape. */
const weightInputs: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    BatchNormalization: [1, 2, 3, 4],
    Clip: [1, 2],
    Conv: [1, 2],
    ConvInteger: [1, 2, 3],
    ConvTranspose: [1, 2],
    CumProd: [1],
    CumSum: [1],
    DequantizeLinear: [1, 2],
    Dropout: [1, 2],
    GRU: [1, 2, 3, 4],
    GroupNormalization: [1, 2],
    InstanceNormalization: [1, 2],
    LSTM: [1, 2, 3, 4, 7],
    LayerNormalization: [1, 2],
    OneHot: [1, 2],
    PRelu: [1],
    Pad: [1, 2, 3],
    QLinearConv: [1, 2, 3, 4, 5, 6, 7, 8],
    QuantizeLinear: [1, 2],
    RMSNormalization: [1],
    RNN: [1, 2, 3, 4],
    ReverseSequence: [1],
    Trilu: [1],
  }),
);

/** Inputs that are turned into constants. */
function constantInputNames(model: RawModel, inputs: Tensors): Set<string> {
  const isInput = (name: string) => model.inputs.some((input) => input.name === name) && name in inputs;
  const names = model.nodes.flatMap(({ operator, inputs: given }) =>
    (weightInputs.get(operator) ?? shapeInputsOf(operator)).flatMap((position) => given[position] ?? []),
  );
  return new Set(names.filter(isInput));
}
