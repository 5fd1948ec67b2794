/**
 * Makes artefact folders, which every worker is given for one cell (see `manifest.ts`). A folder is made as a temporary
 * sibling and renamed, so that an incomplete one is never used and concurrent runs do not interfere.
 */
import { existsSync } from 'node:fs';
import { copyFile, link, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { at, required } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { availableMemory, memoryShortage } from '../../common/memory.js';
import { artefactsFolder } from '../../common/paths.js';
import { batchOf } from '../batch.js';
import { bytesOf, costOf, observedBytes } from '../cost.js';
import { type Graph, graph as graphSchema, type Tensors } from '../graph.js';
import { wholeOf } from '../import/whole-model.js';
import { NotDescribed } from '../model-error.js';
import { type NormalisedModel, normalise } from '../normalise/normalise.js';
import { observe } from '../normalise/observe.js';
import type { Observe } from '../normalise/observe-nodes.js';
import { wholeGraph } from '../normalise/whole-graph.js';
import { quantisationDepth, quantisedTolerance } from '../quantisation-depth.js';
import {
  cachedReference,
  committedPath,
  committedReference,
  type FindPython,
} from '../reference/reference.js';
import { writeTensors } from '../safetensors.js';
import { isCoarse } from '../tolerance.js';
import { type Mode, nonDefaultLength, type Tolerance, type Workload } from '../workload.js';
import { contentOf } from './content.js';
import { modelKey, workloadKey } from './key.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './manifest.js';
import {
  type ArtefactSource,
  bufferCount,
  idOf,
  type ModelRequest,
  modelSource,
  workloadSource,
} from './source.js';

/** Suffix of folders without expected values. */
const unreferenced = '-unreferenced';
/** References are computed in float64, whose values are twice as large as those of a target. */
const float64Factor = 2;

export interface Artefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
}

/**
 * The artefact of a workload, made on first use. Its reference is a committed file or, for a batch size or seed without one,
 * computed in the reference environment.
 *
 * @param python finds the interpreter of a reference environment; without it only committed references are available
 */
export async function workloadArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  python?: FindPython,
): Promise<Artefact> {
  const length = nonDefaultLength(workload);
  const lengthPart = length === undefined ? '' : `, length ${length}`;
  const what = `${workload.name} (${mode}, batch ${batch}${lengthPart}, seed ${seed})`;
  return makeOnce(workloadKey(workload, mode, batch, seed), async (folder) => {
    const source = workloadSource(workload, mode, batch, seed);
    const id = await writeContents(source, folder);
    const committed = await committedReference(workload.name, mode, batch, seed, id, folder, length);
    return committed ?? cachedReference(folder, id, mode, python, what);
  });
}

/**
 * The artefact as far as planning and loading need it: without expected values if the reference is not available, since
 * computing one may take minutes. `referencedArtefact` adds them before outputs are compared.
 */
export async function plannedArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
): Promise<Artefact> {
  const { isReferenced, key } = locate(workload, mode, batch, seed);
  if (isReferenced) return workloadArtefact(workload, mode, batch, seed);
  return makeOnce(key, async (folder) => {
    await writeContents(workloadSource(workload, mode, batch, seed), folder);
    return 'none';
  });
}

/** Whether the reference is available, and the key of the artefact without reference. */
function locate(workload: Workload, mode: Mode, batch: number, seed: number) {
  const key = workloadKey(workload, mode, batch, seed);
  const committed = committedPath(workload.name, mode, batch, nonDefaultLength(workload));
  const isReferenced = [join(artefactsFolder, key), committed].some(existsSync);
  return { isReferenced, key: `${key}${unreferenced}` };
}

/** An artefact with less arithmetic per iteration and fewer input bytes than these fits into any memory. */
const minToEstimate = { multiplyAdds: 3e10, bytes: 2 ** 28 };

/**
 * A lower bound for the bytes of memory that making the artefact needs, estimated from one example. 0 if the artefact exists
 * or is too small to matter.
 */
export async function estimatedBytes(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
): Promise<number> {
  if (batch === 1) return 0;
  const { isReferenced, key } = locate(workload, mode, batch, seed);
  if (isReferenced || existsSync(join(artefactsFolder, key))) return 0;
  const inputBytes = batch * bytesOf(Object.values(workload.inputs(1, 0, mode)));
  if (batch * workload.multiplyAdds < minToEstimate.multiplyAdds && inputBytes < minToEstimate.bytes)
    return 0;
  const source = workloadSource(workload, mode, 1, seed);
  const { model, inputInfo, parameters } = source;
  const { graph } = await normalise(model, inputInfo, sampleOf(source), parameters);
  return observedBytes(graph, batch) + bufferCount * inputBytes;
}

export interface ReferenceOptions {
  readonly python: FindPython;
  /** Memory that the computation may use. */
  readonly availableBytes: number;
  /** Aborts the computation. */
  readonly signal: AbortSignal;
  /** Called with a line of progress before a long computation. */
  note(line: string): void;
}

/**
 * Adds expected values to the planned artefact in `folder`, computing them if necessary.
 *
 * @returns the folder of the artefact with expected values
 * @throws TouchstoneError('model') if the reference cannot be computed or does not fit into memory
 */
export async function referencedArtefact(
  folder: string,
  { python, availableBytes, signal, note }: ReferenceOptions,
): Promise<string> {
  const { manifest, graph } = await readArtefact(folder);
  if (manifest.reference !== 'none') return folder;
  const { id, workload, mode, batch, seed, generation, training } = manifest;
  const what = `${workload} (${mode}, batch ${batch}, seed ${seed})`;
  const beforeComputing = () => {
    const shortage = memoryShortage(
      float64Factor * costOf(graph, { steps: generation?.steps, optimiser: training?.optimiser }).bytes,
      availableBytes,
    );
    if (shortage !== undefined) {
      const hint = 'choose a smaller --batch or --scale small';
      throw new TouchstoneError('model', `the reference of ${what} ${shortage}`, { hint });
    }
    note(`computing the reference of ${what}`);
  };
  const referenced = await makeOnce(basename(folder).replace(unreferenced, ''), async (temporary) => {
    for (const file of await readdir(folder)) {
      // The manifest is rewritten later; the other files may be large and are never modified, so they can be linked.
      const share = file === artefactFiles.manifest ? copyFile : link;
      await share(join(folder, file), join(temporary, file));
    }
    return cachedReference(temporary, id, mode, python, what, { signal, beforeComputing });
  });
  return referenced.folder;
}

/** The artefact in a given folder, without expected values: the input of `npm run references`. */
export async function unreferencedArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  folder: string,
): Promise<Artefact> {
  makeFolder(folder);
  await writeContents(workloadSource(workload, mode, batch, seed), folder);
  return readArtefact(folder);
}

/** Where the expected values of a `sourceArtefact` come from. */
export interface GivenReference {
  /** Changes whenever the values change. */
  readonly fingerprint: string;
  /** Writes them into the artefact's folder. @returns what computed them, for the manifest */
  write(id: string, folder: string): Promise<string>;
}

/** The artefact of any source, identified by content. Without a reference it has no expected values. */
export async function sourceArtefact(source: ArtefactSource, reference?: GivenReference): Promise<Artefact> {
  const id = idOf(source);
  const key = `${source.workload}-${id.slice(0, 32)}-${reference?.fingerprint ?? 'unreferenced'}`;
  return makeOnce(key, async (folder) => {
    await writeContents(source, folder);
    return reference ? reference.write(id, folder) : 'none';
  });
}

/** The artefact of a user's `.onnx` file for inference, on random inputs (see `random-inputs.ts`) or the user's own. */
export async function modelArtefact(request: ModelRequest, python?: FindPython): Promise<Artefact> {
  return makeOnce(modelKey(request), async (folder) => {
    const id = await writeContents(modelSource(request), folder);
    // In float64, on every buffer: as much as there is, and no more.
    const memoryBytes = availableMemory();
    return cachedReference(folder, id, 'inference', python, request.path, { memoryBytes });
  });
}

/** The same without expected values, which is enough to decide which targets support the model. */
export async function describedModel(request: ModelRequest): Promise<Artefact> {
  return makeOnce(`${modelKey(request)}${unreferenced}`, async (folder) => {
    await writeContents(modelSource(request), folder);
    return 'none';
  });
}

/** @param make writes all files into a folder. @returns what computed the expected values, for the manifest */
async function makeOnce(key: string, make: (folder: string) => Promise<string>): Promise<Artefact> {
  const folder = join(artefactsFolder, key);
  if (existsSync(folder)) return readArtefact(folder);
  makeFolder(artefactsFolder);
  const temporary = await mkdtemp(`${folder}.making-`);
  try {
    const reference = await make(temporary);
    const { manifest } = await readArtefact(temporary);
    await writeManifest(temporary, { ...manifest, reference });
    await rename(temporary, folder).catch((error: unknown) => {
      // A concurrent run was faster; its folder has the same content.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return readArtefact(folder);
}

/** Writes everything except the expected values. @returns the artefact's id */
async function writeContents(source: ArtefactSource, folder: string): Promise<string> {
  const { workload, mode, seed, tolerance } = source;
  const { known, training, generation, coarseTolerance = tolerance } = source;
  const limits = source.memoryBytes === undefined ? {} : { memoryBytes: source.memoryBytes };
  const observeWith: Observe = known
    ? async () => ({ values: known, data: {} })
    : (...parameters) => observe(...parameters, limits);
  const normal = await describedOrWhole(source, observeWith);
  const path = (file: keyof typeof artefactFiles) => join(folder, artefactFiles[file]);
  await writeFile(path('model'), normal.bytes);
  if (source.file) await writeFile(path('file'), source.file);
  const graph: Graph = { ...normal.graph, ...indexInputs(source) };
  await writeFile(path('graph'), `${JSON.stringify(graph, null, 1)}\n`);
  await writeTensors(path('weights'), normal.weights);
  const inputs = source.inputs.flatMap((tensors, buffer) =>
    Object.entries(tensors).map(([name, tensor]) => [`${buffer}/${name}`, tensor] as const),
  );
  await writeTensors(path('inputs'), Object.fromEntries(inputs));
  const id = idOf(source);
  await writeManifest(folder, {
    version: 1,
    id,
    content: contentOf(source),
    workload,
    mode,
    batch: source.batch ?? batchOf(normal.graph),
    precision: 'float32',
    seed,
    buffers: source.inputs.length,
    ...(training ? { training } : {}),
    ...(generation ? { generation } : {}),
    tolerance: toleranceOf(normal.graph, tolerance, coarseTolerance),
    reference: 'none',
  });
  return id;
}

/** The neutral form of the model; of a file that has none, what a runtime of the file makes of it. */
async function describedOrWhole(source: ArtefactSource, observeWith: Observe): Promise<NormalisedModel> {
  const { model, inputInfo, parameters, file } = source;
  const sample = sampleOf(source);
  if (file && model.whole) return wholeGraph(model, model.whole, file, inputInfo, sample, observeWith);
  try {
    return await normalise(model, inputInfo, sample, parameters, observeWith);
  } catch (error) {
    if (!file || !(error instanceof NotDescribed)) throw error;
    return wholeGraph(model, wholeOf(model, error), file, inputInfo, sample, observeWith);
  }
}

/** See `indexInputs` of the graph. */
function indexInputs({ inputs, inputInfo, generation }: ArtefactSource): Pick<Graph, 'indexInputs'> {
  const fedBack = new Set(Object.keys(generation?.feedback ?? {}));
  const names = inputInfo
    .filter(({ name, type }) => type.includes('int') && !fedBack.has(name))
    .map(({ name }) => name)
    .filter((name) =>
      inputs.every((tensors) =>
        Array.from(required(tensors, name).data, Number).every((value) => value >= 0 && value < 2 ** 31),
      ),
    );
  return names.length === 0 ? {} : { indexInputs: names };
}

function toleranceOf(graph: Graph, fine: Tolerance, coarse: Tolerance): Tolerance {
  if (!isCoarse(graph)) return fine;
  return { ...coarse, output: Math.max(coarse.output, quantisedTolerance(quantisationDepth(graph))) };
}

/** The first buffer's inputs of the graph, without the labels of training. */
function sampleOf({ inputs, inputInfo }: ArtefactSource): Tensors {
  const sample = Object.entries(at(inputs, 0, 'input buffers'));
  return Object.fromEntries(sample.filter(([name]) => inputInfo.some((input) => input.name === name)));
}

async function writeManifest(folder: string, manifest: ArtefactManifest): Promise<void> {
  await writeFile(join(folder, artefactFiles.manifest), `${JSON.stringify(manifest, null, 1)}\n`);
}

async function readArtefact(folder: string): Promise<Artefact> {
  const read = async (file: keyof typeof artefactFiles): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, artefactFiles[file]), 'utf8'));
  return {
    folder,
    manifest: artefactManifest.parse(await read('manifest')),
    graph: graphSchema.parse(await read('graph')),
  };
}
