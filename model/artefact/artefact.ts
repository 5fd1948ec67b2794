/**
 * Makes artefact folders: what every worker, in whatever language, is given for one cell (see `artefact-manifest.ts`).
 * A folder is made in a temporary sibling and renamed, so that a half-made one is never used and two runs at once do
 * not meet.
 */
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { lackingMemory } from '../../common/memory.js';
import { artefactsFolder } from '../../common/paths.js';
import { bytesOf, costOf, observedBytes } from '../cost.js';
import { type Graph, graph as graphSchema, type Tensors } from '../graph.js';
import { normalise } from '../normalise/normalise.js';
import { observe } from '../normalise/observe.js';
import {
  cachedReference,
  committedPath,
  committedReference,
  type FindPython,
} from '../reference/reference.js';
import { writeTensors } from '../safetensors.js';
import { type Mode, otherLength, type Workload } from '../workload.js';
import { modelKey, workloadKey } from './key.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './manifest.js';
import { buffers, idOf, type ModelRequest, modelSource, type Source, workloadSource } from './source.js';

/** What the names of folders end in that have no expected values yet. */
const unreferenced = '-unreferenced';
/** References are computed in numbers twice as wide as a target's. */
const float64s = 2;

export interface Artefact {
  readonly folder: string;
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
}

/**
 * The artefact of a workload; made on first use. Its reference comes from the committed files, or, for a batch size
 * or seed that has none, from the reference environment.
 *
 * @param python finds the interpreter of a reference environment; without it only committed references serve
 */
export async function workloadArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  python?: FindPython,
): Promise<Artefact> {
  const length = otherLength(workload);
  const lengthPart = length === undefined ? '' : `, length ${length}`;
  const what = `${workload.name} (${mode}, batch ${batch}${lengthPart}, seed ${seed})`;
  return makeOnce(workloadKey(workload, mode, batch, seed), async (folder) => {
    const source = workloadSource(workload, mode, batch, seed);
    const id = await fill(source, folder);
    const committed = await committedReference(workload.name, mode, batch, seed, id, folder, length);
    return committed ?? cachedReference(folder, id, mode, python, what);
  });
}

/**
 * What a plan and a worker need, which is all but the expected values: the artefact itself where its reference is at hand, else one
 * without, since a reference may take minutes. `referencedArtefact` makes that up where it comes to comparing.
 */
export async function plannedArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
): Promise<Artefact> {
  const { isReferenced, key } = placeOf(workload, mode, batch, seed);
  if (isReferenced) return workloadArtefact(workload, mode, batch, seed);
  return makeOnce(key, async (folder) => {
    await fill(workloadSource(workload, mode, batch, seed), folder);
    return 'none';
  });
}

/** Whether its reference is at hand, and where the artefact lies where it is not. */
function placeOf(workload: Workload, mode: Mode, batch: number, seed: number) {
  const key = workloadKey(workload, mode, batch, seed);
  const committed = committedPath(workload.name, mode, batch, otherLength(workload));
  const isReferenced = [join(artefactsFolder, key), committed].some(existsSync);
  return { isReferenced, key: `${key}${unreferenced}` };
}

/** Multiply-adds of an iteration, and bytes of its inputs, below both of which an artefact fits into any memory. */
const leastToForesee = { multiplyAdds: 3e10, bytes: 2 ** 28 };

/**
 * Bytes of memory that making the artefact takes at the least, told from one example before it is tried; 0 where that is no
 * question, or it was made before.
 */
export async function foreseenBytes(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
): Promise<number> {
  if (batch === 1) return 0;
  const drawn = batch * bytesOf(Object.values(workload.inputs(1, 0, mode)));
  if (batch * workload.multiplyAdds < leastToForesee.multiplyAdds && drawn < leastToForesee.bytes) return 0;
  const { isReferenced, key } = placeOf(workload, mode, batch, seed);
  if (isReferenced || existsSync(join(artefactsFolder, key))) return 0;
  const source = workloadSource(workload, mode, 1, seed);
  const { model, inputInfo, parameters } = source;
  const { graph } = await normalise(model, inputInfo, sampleOf(source), parameters);
  return observedBytes(graph, batch) + buffers * drawn;
}

export interface ReferenceMeans {
  readonly python: FindPython;
  /** Memory that the computation may have. */
  readonly availableBytes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told before it takes long. */
  note(line: string): void;
}

/**
 * The planned artefact in that folder with its reference, which is computed where nobody has before.
 *
 * @returns the folder that has both
 * @throws TouchstoneError('model') where it cannot be computed here
 */
export async function referencedArtefact(
  folder: string,
  { python, availableBytes, signal, note }: ReferenceMeans,
): Promise<string> {
  const { manifest, graph } = await readArtefact(folder);
  if (manifest.reference !== 'none') return folder;
  const { id, workload, mode, batch, seed, generation, training } = manifest;
  const what = `${workload} (${mode}, batch ${batch}, seed ${seed})`;
  const beforeComputing = () => {
    const lack = lackingMemory(
      float64s * costOf(graph, { steps: generation?.steps, optimiser: training?.optimiser }).bytes,
      availableBytes,
    );
    if (lack !== undefined) {
      const hint = 'choose a smaller --batch or --scale small';
      throw new TouchstoneError('model', `the reference of ${what} ${lack}`, { hint });
    }
    note(`computing the reference of ${what}`);
  };
  const referenced = await makeOnce(basename(folder).replace(unreferenced, ''), async (temporary) => {
    for (const file of await readdir(folder)) {
      // The manifest is written anew; the others may be large, and nobody writes to them.
      const share = file === artefactFiles.manifest ? copyFile : link;
      await share(join(folder, file), join(temporary, file));
    }
    return cachedReference(temporary, id, mode, python, what, { signal, beforeComputing });
  });
  return referenced.folder;
}

/** The artefact without a reference: what `npm run references` starts from. */
export async function unreferencedArtefact(
  workload: Workload,
  mode: Mode,
  batch: number,
  seed: number,
  folder: string,
): Promise<Artefact> {
  await mkdir(folder, { recursive: true });
  await fill(workloadSource(workload, mode, batch, seed), folder);
  return readArtefact(folder);
}

/** Expected values from elsewhere. */
export interface GivenReference {
  /** Changes when the values do. */
  readonly edition: string;
  /** Writes them into the folder of the artefact with that id, and says who computed them. */
  write(id: string, folder: string): Promise<string>;
}

/** The artefact of any source, by its content; without expected values if none are given. */
export async function sourceArtefact(source: Source, reference?: GivenReference): Promise<Artefact> {
  const id = idOf(source);
  const key = `${source.workload}-${id.slice(0, 32)}-${reference?.edition ?? 'unreferenced'}`;
  return makeOnce(key, async (folder) => {
    await fill(source, folder);
    return (await reference?.write(id, folder)) ?? 'none';
  });
}

/** The artefact of a user's own `.onnx` file, inference only, on drawn inputs (see `random-inputs.ts`) or the user's own. */
export async function modelArtefact(request: ModelRequest, python?: FindPython): Promise<Artefact> {
  return makeOnce(modelKey(request), async (folder) => {
    const id = await fill(modelSource(request), folder);
    return cachedReference(folder, id, 'inference', python, request.path);
  });
}

/** The same without a reference: what it takes to say which targets can run it. */
export async function describedModel(request: ModelRequest): Promise<Artefact> {
  return makeOnce(`${modelKey(request)}${unreferenced}`, async (folder) => {
    await fill(modelSource(request), folder);
    return 'none';
  });
}

/** @param make fills the folder, reference and all, and says who computed that */
async function makeOnce(key: string, make: (folder: string) => Promise<string>): Promise<Artefact> {
  const folder = join(artefactsFolder, key);
  if (existsSync(folder)) return readArtefact(folder);
  await mkdir(artefactsFolder, { recursive: true });
  const temporary = await mkdtemp(`${folder}.making-`);
  try {
    const reference = await make(temporary);
    const { manifest } = await readArtefact(temporary);
    await writeManifest(temporary, { ...manifest, reference });
    await rename(temporary, folder).catch((error: unknown) => {
      // Another run was faster; its folder holds the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return readArtefact(folder);
}

/** Everything but the expected values; returns the artefact's id. */
async function fill(source: Source, folder: string): Promise<string> {
  const { model, inputInfo, parameters, workload, mode, batch, seed, tolerance } = source;
  const { known, training, generation, coarseTolerance = tolerance } = source;
  const look = known ? async () => ({ values: known, data: {} }) : observe;
  const normal = await normalise(model, inputInfo, sampleOf(source), parameters, look);
  const path = (file: keyof typeof artefactFiles) => join(folder, artefactFiles[file]);
  await writeFile(path('model'), normal.bytes);
  await writeFile(path('graph'), `${JSON.stringify(normal.graph, null, 1)}\n`);
  await writeTensors(path('weights'), normal.weights);
  const inputs = source.inputs.flatMap((tensors, buffer) =>
    Object.entries(tensors).map(([name, tensor]) => [`${buffer}/${name}`, tensor] as const),
  );
  await writeTensors(path('inputs'), Object.fromEntries(inputs));
  const id = idOf(source);
  await writeManifest(folder, {
    version: 1,
    id,
    workload,
    mode,
    batch,
    precision: 'float32',
    seed,
    buffers: source.inputs.length,
    ...(training ? { training } : {}),
    ...(generation ? { generation } : {}),
    tolerance: isCoarse(normal.graph) ? coarseTolerance : tolerance,
    reference: 'none',
  });
  return id;
}

const quantising = new Set(['QuantizeLinear', 'DynamicQuantizeLinear', 'QLinearConv', 'QLinearMatMul']);

function isCoarse({ values, nodes }: Graph): boolean {
  return (
    Object.values(values).some(({ type }) => type === 'float16') ||
    nodes.some(({ operator }) => quantising.has(operator))
  );
}

/** The first buffer's inputs of the graph, without the labels that training adds. */
function sampleOf({ inputs, inputInfo }: Source): Tensors {
  const sample = Object.entries(inputs[0] ?? {});
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
