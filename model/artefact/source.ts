/** What goes into an artefact: a model, its inputs and its settings, from a workload or from a user's file. */
import { createHash, type Hash } from 'node:crypto';
import { lackingMemory } from '../../common/memory.js';
import { GraphBuilder } from '../builder.js';
import { bytesOf } from '../cost.js';
import type { Tensor, TensorInfo, Tensors } from '../graph.js';
import { refuse } from '../import/decode.js';
import { type RawModel, readModel, readModelBytes, readModelFile } from '../import/read-model.js';
import { bindInputs } from '../inputs/bind-shapes.js';
import { settle } from '../inputs/constant-inputs.js';
import { indexRanges } from '../inputs/index-ranges.js';
import { type Ranges, randomInputs } from '../inputs/random-inputs.js';
import type { Generation, Mode, Tolerance, Training, Workload } from '../workload.js';

/** Distinct inputs among which a measurement rotates. */
export const buffers = 4;

export interface Source {
  readonly workload: string;
  readonly mode: Mode;
  readonly batch: number;
  readonly seed: number;
  readonly model: RawModel;
  /** SHA-256 of the model, weights included. */
  readonly modelDigest: Uint8Array;
  /** Weights that training updates. */
  readonly parameters: readonly string[];
  /** The model's inputs with every dimension bound. */
  readonly inputInfo: readonly TensorInfo[];
  /** One entry a buffer; `labels` among them in training. */
  readonly inputs: readonly Tensors[];
  readonly training?: Training;
  readonly generation?: Generation;
  readonly tolerance: Tolerance;
  /** Where values are of half precision, or quantised on their way. */
  readonly coarseTolerance?: Tolerance;
  /** Type and shape of every value, where they are known: then nothing has to be run to observe them. */
  readonly known?: Readonly<Record<string, TensorInfo>>;
}

export function workloadSource(workload: Workload, mode: Mode, batch: number, seed: number): Source {
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
    inputInfo: bindInputs(model, {}),
    inputs: Array.from({ length: buffers }, (_, buffer) => workload.inputs(batch, buffer, mode)),
    ...(mode === 'training' && workload.training ? { training: workload.training } : {}),
    ...(mode === 'inference' && workload.generation ? { generation: workload.generation } : {}),
    tolerance: workload.tolerance,
  };
}

/** What is measured of a user's file, and with which inputs. */
export interface ModelRequest {
  /** What its cells are called. */
  readonly name: string;
  readonly path: string;
  /** By input name, for dimensions that the file leaves open. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Values of inputs that are drawn; one that has a single value may be a constant of the model by it (`settle`). */
  readonly ranges: Ranges;
  /** The user's own data in place of drawn inputs: a set a buffer. */
  readonly data: readonly GivenInputs[];
  readonly seed: number;
}

export interface GivenInputs {
  /** Where they come from, for messages. */
  readonly path: string;
  readonly tensors: Tensors;
}

export function modelSource({ name, path, shapes, ranges, data, seed }: ModelRequest): Source {
  const whole = readModelFile(path);
  const [first] = data;
  const known = first ? { ...shapesOf(first.tensors, whole), ...shapes } : shapes;
  const bound = bindInputs(whole, known);
  const { model, inputs: inputInfo, ranges: given, values } = settle(whole, bound, ranges);
  return {
    workload: name,
    mode: 'inference',
    batch: Math.max(1, inputInfo[0]?.shape[0] ?? 1),
    seed,
    model,
    modelDigest: digestOf(readModelBytes(path), model),
    parameters: [],
    inputInfo,
    inputs: first
      ? data.map((own) => givenInputs(inputInfo, withoutSettled(own, values)))
      : drawnInputs(inputInfo, seed, { ...indexRanges(model), ...given }),
    // Unknown models may be deep: float32 loses about a digit more than in the small workloads.
    // With the floor it is 1e-7 an element of a small output, as in the ONNX project's own tests (onnx.backend.test.runner).
    tolerance: { output: 1e-3, loss: 1e-3, gradient: 1e-3, weight: 1e-3, floor: 1e-4 },
    // A rounding to half precision is a part in 2048, and whether a framework rounds within a layer is its own affair; a step of 8
    // bits is a part in 256, and which of two it becomes between them hangs on the last bit of float32.
    coarseTolerance: { output: 2e-2, loss: 2e-2, gradient: 2e-2, weight: 2e-2, floor: 1e-4 },
  };
}

/** @throws TouchstoneError('model') where the inputs to be drawn do not fit into the memory that there is */
function drawnInputs(inputs: readonly TensorInfo[], seed: number, ranges: Ranges): Tensors[] {
  const lack = lackingMemory(buffers * bytesOf(inputs), process.availableMemory());
  if (lack !== undefined) throw refuse(`to draw its inputs ${lack}`, 'give smaller shapes with --input');
  return Array.from({ length: buffers }, (_, buffer) => randomInputs(inputs, seed, buffer, ranges));
}

function shapesOf(tensors: Tensors, model: RawModel): Record<string, readonly number[]> {
  const names = model.inputs.map(({ name }) => name).filter((name) => Object.hasOwn(tensors, name));
  return Object.fromEntries(names.map((name) => [name, tensors[name]?.shape ?? []]));
}

/** @throws TouchstoneError('model') where the data has another value than the one that an input has by its range */
function withoutSettled({ path, tensors }: GivenInputs, values: Tensors): GivenInputs {
  const isSettled = (name: string) => Object.hasOwn(values, name);
  for (const [name, { data }] of Object.entries(tensors)) {
    const value = isSettled(name) ? values[name] : undefined;
    if (value && data.join() !== value.data.join()) {
      throw refuse(
        `${path}: array ${name} is not ${value.data[0]}, which --range says it is`,
        'leave one of them out',
      );
    }
  }
  return { path, tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => !isSettled(name))) };
}

/** @throws TouchstoneError('model') where an input lacks its data or has it of another type or shape, or where there is more */
function givenInputs(inputs: readonly TensorInfo[], { path, tensors }: GivenInputs): Tensors {
  const stranger = Object.keys(tensors).find((name) => !inputs.some((input) => input.name === name));
  if (stranger !== undefined) {
    // It may be meant for an input that has a value of its own in the file, and would be another computation.
    const names = inputs.map(({ name }) => name).join(', ');
    throw refuse(
      `${path} has an array ${stranger}, which is no input of the model`,
      `its inputs are ${names}`,
    );
  }
  return Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const tensor = tensors[name];
      if (!tensor) {
        throw refuse(`${path} has no array ${name}`, `it has ${Object.keys(tensors).join(', ') || 'none'}`);
      }
      if (tensor.type !== type || tensor.shape.join('x') !== shape.join('x')) {
        const found = `${tensor.type} ${tensor.shape.join('x')}`;
        throw refuse(`${path}: array ${name} is ${found}, and the model takes ${type} ${shape.join('x')}`);
      }
      return [name, tensor];
    }),
  );
}

/** The artefact's id: SHA-256 over all that it is made from, so that a stale reference can be told. */
export function idOf(source: Source): string {
  const { workload, mode, batch, seed, training, generation, tolerance, inputInfo } = source;
  const hash = createHash('sha256').update(source.modelDigest);
  hash.update(JSON.stringify({ workload, mode, batch, seed, training, generation, tolerance, inputInfo }));
  for (const tensors of source.inputs) {
    for (const [name, tensor] of Object.entries(tensors)) addTensor(hash, name, tensor);
  }
  return hash.digest('hex');
}

/** Weights outside the file belong to what the model is, so they are hashed with it. */
export function digestOf(bytes: Uint8Array, model: RawModel): Uint8Array {
  const hash = createHash('sha256').update(bytes);
  for (const [name, tensor] of model.initialisers) addTensor(hash, name, tensor);
  return hash.digest();
}

function addTensor(hash: Hash, name: string, { type, shape, data }: Tensor): void {
  hash.update(JSON.stringify([name, type, shape]));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
