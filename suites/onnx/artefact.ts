/**
 * Makes artefact folders: what every worker, in whatever language, is given for one cell (see `artefact-manifest.ts`).
 * A folder is made in a temporary sibling and renamed, so that a half-made one is never used and two runs at once do
 * not meet.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { artefactsFolder } from '../../common/paths.js';
import type { Mode, Tolerance, Training, Workload } from '../workload.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './artefact-manifest.js';
import { bindInputs } from './bind.js';
import { GraphBuilder } from './builder.js';
import { type Graph, graph as graphSchema, type TensorInfo, type Tensors } from './graph.js';
import { normalise } from './normalise.js';
import { randomInputs } from './random-inputs.js';
import { type RawModel, readModel, readModelFile } from './reader.js';
import { committedReference, computeReference, type FindPython } from './reference.js';
import { writeTensors } from './safetensors.js';

/** Rises whenever the same sources would give another folder. */
const formatVersion = 1;
/** Distinct inputs among which a measurement rotates. */
const buffers = 4;

export interface Artefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
}

/** What makes an artefact; its hash is the artefact's id. */
interface Source {
  readonly workload: string;
  readonly mode: Mode;
  readonly batch: number;
  readonly seed: number;
  readonly modelBytes: Uint8Array;
  readonly model: RawModel;
  readonly parameters: readonly string[];
  readonly inputInfo: readonly TensorInfo[];
  /** One entry a buffer; `labels` among them in training. */
  readonly inputs: readonly Tensors[];
  readonly training?: Training;
  readonly tolerance: Tolerance;
}

/**
 * The artefact of a workload; made on first use. Its reference comes from the committed files, or, for a batch size
 * that has none, from the reference environment.
 *
 * @param python finds the interpreter of a reference environment
 */
export async function workloadArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  python?: FindPython,
): Promise<Artefact> {
  const source = workloadSource(workload, mode, batch, seed);
  return makeArtefact(source, async (folder, id) => {
    const committed = await committedReference(workload.name, mode, batch, id, folder);
    return committed ?? computeReference(folder, mode, python, `${workload.name} at batch ${batch}`);
  });
}

/** The artefact without a reference: what `npm run references` starts from. */
export async function unreferencedArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  folder: string,
): Promise<Artefact> {
  const source = workloadSource(workload, mode, batch, seed);
  return fill(source, idOf(source), folder, async () => 'none');
}

export interface ModelOptions {
  /** Shapes by input name, for dimensions that the file leaves open. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  readonly python?: FindPython;
}

/** The artefact of a user's own `.onnx` file, inference only, on drawn inputs (see `random-inputs.ts`). */
export async function modelArtefact(path: string, options: ModelOptions): Promise<Artefact> {
  const model = readModelFile(path);
  const inputInfo = bindInputs(model, options.shapes);
  const source: Source = {
    workload: basename(path).replace(/\.onnx$/i, ''),
    mode: 'inference',
    batch: Math.max(1, inputInfo[0]?.shape[0] ?? 1),
    seed: options.seed,
    modelBytes: fingerprint(await readFile(path), model),
    model,
    parameters: [],
    inputInfo,
    inputs: Array.from({ length: buffers }, (_, buffer) => randomInputs(inputInfo, options.seed, buffer)),
    // Unknown models may be deep: float32 loses about a digit more than in the small workloads.
    tolerance: { output: 1e-3, loss: 1e-3, gradient: 1e-3, weight: 1e-3 },
  };
  return makeArtefact(source, (folder) => computeReference(folder, 'inference', options.python, path));
}

function workloadSource(workload: Workload, mode: Mode, batch: number, seed: number): Source {
  const builder = new GraphBuilder(workload.name, seed);
  workload.build(builder, batch, mode);
  const built = builder.finish();
  const model = readModel(built.bytes, workload.name);
  return {
    workload: workload.name,
    mode,
    batch,
    seed,
    modelBytes: built.bytes,
    model,
    parameters: built.parameters,
    inputInfo: bindInputs(model, {}),
    inputs: Array.from({ length: buffers }, (_, buffer) => workload.inputs(batch, buffer, mode)),
    ...(mode === 'training' ? { training: workload.training } : {}),
    tolerance: workload.tolerance,
  };
}

/** Weights that lie outside the file belong to what the model is. */
function fingerprint(bytes: Uint8Array, model: RawModel): Uint8Array {
  const hash = createHash('sha256').update(bytes);
  for (const { data } of model.initialisers.values()) hash.update(bytesOf(data));
  return hash.digest();
}

function idOf(source: Source): string {
  const { workload, mode, batch, seed, training, tolerance } = source;
  const hash = createHash('sha256').update(source.modelBytes);
  hash.update(
    JSON.stringify({
      formatVersion,
      workload,
      mode,
      batch,
      seed,
      training,
      tolerance,
      inputs: source.inputInfo,
    }),
  );
  for (const tensors of source.inputs)
    for (const { data } of Object.values(tensors)) hash.update(bytesOf(data));
  return hash.digest('hex');
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

type MakeReference = (folder: string, id: string) => Promise<string>;

async function makeArtefact(source: Source, reference: MakeReference): Promise<Artefact> {
  const id = idOf(source);
  const folder = join(artefactsFolder, id);
  if (existsSync(folder)) return readArtefact(folder);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    await fill(source, id, temporary, reference);
    await rename(temporary, folder).catch((error: unknown) => {
      // Another run was faster; its folder holds the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return readArtefact(folder);
}

async function fill(source: Source, id: string, folder: string, reference: MakeReference): Promise<Artefact> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { labels: _, ...sample } = source.inputs[0] ?? {};
  const normal = await normalise(source.model, source.inputInfo, sample, source.parameters);
  const path = (file: keyof typeof artefactFiles) => join(folder, artefactFiles[file]);
  await writeFile(path('model'), normal.bytes);
  await writeFile(path('graph'), `${JSON.stringify(normal.graph, null, 1)}\n`);
  await writeTensors(path('weights'), normal.weights);
  const inputs = source.inputs.flatMap((tensors, buffer) =>
    Object.entries(tensors).map(([name, tensor]) => [`${buffer}/${name}`, tensor] as const),
  );
  await writeTensors(path('inputs'), Object.fromEntries(inputs));
  const { workload, mode, batch, seed, training, tolerance } = source;
  const manifest: ArtefactManifest = {
    version: 1,
    id,
    workload,
    mode,
    batch,
    precision: 'float32',
    seed,
    buffers,
    ...(training ? { training } : {}),
    tolerance,
    reference: 'none',
  };
  const write = (value: ArtefactManifest) =>
    writeFile(path('manifest'), `${JSON.stringify(value, null, 1)}\n`);
  await write(manifest);
  const made = { ...manifest, reference: await reference(folder, id) };
  await write(made);
  return { folder, manifest: made, graph: normal.graph };
}

async function readArtefact(folder: string): Promise<Artefact> {
  const read = async (file: keyof typeof artefactFiles) =>
    JSON.parse(await readFile(join(folder, artefactFiles[file]), 'utf8'));
  return {
    folder,
    manifest: artefactManifest.parse(await read('manifest')),
    graph: graphSchema.parse(await read('graph')),
  };
}
