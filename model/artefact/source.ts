/** What an artefact is made from: a model, its inputs and its settings, from a workload or from a user's file. */
import { createHash } from 'node:crypto';
import { memoryShortage } from '../../common/memory.js';
import { namedBatch } from '../batch.js';
import { GraphBuilder } from '../builder.js';
import { bytesOf } from '../cost.js';
import type { TensorInfo, Tensors } from '../graph.js';
import { boundFile } from '../import/bound-file.js';
import { externalDataOf } from '../import/external-data.js';
import type { RawModel } from '../import/raw-model.js';
import { readModel, readModelBytes } from '../import/read-model.js';
import { readRunnable } from '../import/whole-model.js';
import { bindShapes } from '../inputs/bind-shapes.js';
import { withConstantInputs } from '../inputs/constant-inputs.js';
import { indexRanges } from '../inputs/index-ranges.js';
import { type Ranges, randomInputs } from '../inputs/random-inputs.js';
import { modelError } from '../model-error.js';
import type { Generation, Mode, Tolerance, Training, Workload } from '../workload.js';
import { addTensor, givenDigest } from './digests.js';

/** Distinct input sets through which a measurement rotates. */
export const bufferCount = 4;

export interface ArtefactSource {
  readonly workload: string;
  readonly mode: Mode;
  /** Without it, what the graph shows once its shapes are known (`batchOf`). */
  readonly batch?: number;
  readonly seed: number;
  readonly model: RawModel;
  /** The user's own file with its dimensions bound, for runtimes that read ONNX themselves; a workload has none. */
  readonly file?: Uint8Array;
  /** SHA-256 of the model, weights included. */
  readonly modelDigest: Uint8Array;
  /** Weights that training updates. */
  readonly parameters: readonly string[];
  /** The model's inputs with static shapes. */
  readonly inputInfo: readonly TensorInfo[];
  /** One entry per buffer; in training with `labels`. */
  readonly inputs: readonly Tensors[];
  readonly training?: Training;
  readonly generation?: Generation;
  readonly tolerance: Tolerance;
  /** Used instead of `tolerance` if the graph has float16 values or quantises. */
  readonly coarseTolerance?: Tolerance;
  /** Type and shape of every value, if known; without it the model is run once to observe them. */
  readonly known?: Readonly<Record<string, TensorInfo>>;
  /** Digest of the values that the user gave for inputs. */
  readonly given?: string;
  /** Memory that running the model once may take; without it as much as there is. */
  readonly memoryBytes?: number;
}

export function workloadSource(workload: Workload, mode: Mode, batch: number, seed: number): ArtefactSource {
  const builder = new GraphBuilder(workload.name, seed);
  workload.build(builder, batch, mode);
  const built = builder.finish();
  const model = readModel(built.bytes, workload.name);
  return {
    workload: workload.name,
    mode,
    batch,
    seed,
    model,
    modelDigest: digestOf(built.bytes, model),
    parameters: built.parameters,
    inputInfo: bindShapes(model, {}),
    inputs: Array.from({ length: bufferCount }, (_, buffer) => workload.inputs(batch, buffer, mode)),
    ...(mode === 'training' && workload.training ? { training: workload.training } : {}),
    ...(mode === 'inference' && workload.generation ? { generation: workload.generation } : {}),
    tolerance: workload.tolerance,
  };
}

/** A user's model file and the inputs to run it with. */
export interface ModelRequest {
  /** Workload name of its cells. */
  readonly name: string;
  readonly path: string;
  /** By input name, for dynamic dimensions. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Ranges of random inputs; an input whose range has a single value may become a constant (`withConstantInputs`). */
  readonly ranges: Ranges;
  /** The user's data instead of random inputs: one set per buffer. */
  readonly data: readonly GivenInputs[];
  readonly seed: number;
  /** Memory that its tensors may take: nobody vouches for the file. */
  readonly memoryBytes: number;
}

export interface GivenInputs {
  /** File that they were read from, for error messages. */
  readonly path: string;
  readonly tensors: Tensors;
}

export function modelSource(request: ModelRequest): ArtefactSource {
  const { name, path, shapes, ranges, data, seed, memoryBytes } = request;
  const bytes = readModelBytes(path);
  const external = externalDataOf(path);
  const whole = readRunnable(bytes, path, external, memoryBytes);
  const [first] = data;
  const known = first ? { ...shapesOf(first.tensors, whole), ...shapes } : shapes;
  const bound = bindShapes(whole, known);
  const tensors = data.map((each) => each.tensors);
  const constant = withConstantInputs(whole, bound, ranges, tensors);
  const { model, inputs: inputInfo, ranges: ofInputs, values } = constant;
  const given = givenDigest(ranges, tensors);
  const batch = namedBatch(whole.inputs, bound);
  return {
    workload: name,
    mode: 'inference',
    ...(batch === undefined ? {} : { batch }),
    seed,
    model,
    file: boundFile(bytes, path, { inputs: inputInfo, constants: values }, external),
    modelDigest: digestOf(bytes, model),
    parameters: [],
    inputInfo,
    inputs: first
      ? data.map((own) => givenInputs(inputInfo, withoutConstants(own, values)))
      : drawInputs(inputInfo, seed, { ...indexRanges(model), ...ofInputs }, memoryBytes),
    // An unknown model may be deep, with float32 errors about ten times those of the small workloads. The floor allows
    // 1e-7 per element of an output near zero, as the ONNX project's own tests do (onnx.backend.test.runner).
    tolerance: { output: 1e-3, loss: 1e-3, gradient: 1e-3, weight: 1e-3, floor: 1e-4 },
    // Rounding to float16 has a relative error of 1/2048, and frameworks may or may not round between the operations of a
    // layer. An 8-bit step is 1/256 of the range, and a value halfway between two steps can be rounded to either.
    coarseTolerance: { output: 2e-2, loss: 2e-2, gradient: 2e-2, weight: 2e-2, floor: 1e-4 },
    ...(given === undefined ? {} : { given }),
    memoryBytes,
  };
}

/** @throws TouchstoneError('model') if the inputs do not fit into so much memory */
function drawInputs(
  inputs: readonly TensorInfo[],
  seed: number,
  ranges: Ranges,
  memoryBytes: number,
): Tensors[] {
  const shortage = memoryShortage(bufferCount * bytesOf(inputs), memoryBytes);
  if (shortage !== undefined) {
    throw modelError(
      `drawing its inputs ${shortage}`,
      'specify smaller shapes with --input, or raise the limit with --model-memory',
    );
  }
  return Array.from({ length: bufferCount }, (_, buffer) => randomInputs(inputs, seed, buffer, ranges));
}

function shapesOf(tensors: Tensors, model: RawModel): Record<string, readonly number[]> {
  const names = new Set(model.inputs.map(({ name }) => name));
  const own = Object.entries(tensors).filter(([name]) => names.has(name));
  return Object.fromEntries(own.map(([name, { shape }]) => [name, shape]));
}

/** @throws TouchstoneError('model') if the data contradicts the constant that `--range` makes of an input */
function withoutConstants({ path, tensors }: GivenInputs, values: Tensors): GivenInputs {
  const isConstant = (name: string) => Object.hasOwn(values, name);
  for (const [name, { data }] of Object.entries(tensors)) {
    const value = isConstant(name) ? values[name] : undefined;
    if (value && data.join() !== value.data.join()) {
      throw modelError(
        `${path}: array ${name} is not ${value.data[0]}, the value that --range specifies`,
        'omit one of them',
      );
    }
  }
  return { path, tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => !isConstant(name))) };
}

/** @throws TouchstoneError('model') for missing or superfluous arrays, and for arrays of another type or shape */
function givenInputs(inputs: readonly TensorInfo[], { path, tensors }: GivenInputs): Tensors {
  const unknown = Object.keys(tensors).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    // It may be meant for an input that has an initialiser in the file; ignoring it would run another computation.
    const names = inputs.map(({ name }) => name).join(', ');
    throw modelError(
      `${path} has an array ${unknown}, but the model has no such input`,
      `its inputs are ${names}`,
    );
  }
  return Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const tensor = tensors[name];
      if (!tensor) {
        throw modelError(
          `${path} has no array ${name}`,
          `it has ${Object.keys(tensors).join(', ') || 'none'}`,
        );
      }
      if (tensor.type !== type || tensor.shape.join('x') !== shape.join('x')) {
        const found = `${tensor.type} ${tensor.shape.join('x')}`;
        throw modelError(
          `${path}: array ${name} is ${found}, but the model expects ${type} ${shape.join('x')}`,
        );
      }
      return [name, tensor];
    }),
  );
}

/** The artefact's id: SHA-256 of everything that it is made from. A stale reference is detected by it. */
export function idOf(source: ArtefactSource): string {
  const { workload, mode, batch, seed, training, generation, tolerance, inputInfo } = source;
  const hash = createHash('sha256').update(source.modelDigest);
  hash.update(JSON.stringify({ workload, mode, batch, seed, training, generation, tolerance, inputInfo }));
  for (const tensors of source.inputs) {
    for (const [name, tensor] of Object.entries(tensors)) addTensor(hash, name, tensor);
  }
  return hash.digest('hex');
}

/** SHA-256 of the file and of its initialisers, which may be stored in other files. */
export function digestOf(bytes: Uint8Array, model: RawModel): Uint8Array {
  const hash = createHash('sha256').update(bytes);
  for (const [name, tensor] of model.initialisers) addTensor(hash, name, tensor);
  return hash.digest();
}
