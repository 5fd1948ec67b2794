/** The model of one cell, as an adapter gets it, read from the files of its artefact wherever they are. Portable: a page bundles this. */
import { z } from 'zod';
import { at } from '../../common/at.js';
import { type Precision, precision } from '../../common/vocabulary.js';
import { type Graph, graph, type Tensor, type Tensors } from '../graph.js';
import { parseTensors } from '../safetensors-bytes.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './manifest.js';

export interface Model {
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
  /** By name, in ONNX layout. */
  readonly weights: Tensors;
  /** One entry per buffer: the graph's inputs by name; in training also `labels`. */
  readonly inputs: readonly Tensors[];
  /**
   * What a runtime reads that imports ONNX itself: `file.onnx` where there is one, else `model.onnx`. The path of a file, or its
   * URL in a page.
   */
  readonly modelPath: string;
  /** What the target's descriptor made of the graph (`Target.lower`). */
  readonly plan: TargetPlan;
}

/** Plain data, written as JSON. What else is in it is between a target's descriptor and its driver. */
export interface TargetPlan {
  /** What the model is built of, in one line, for the cell's configuration: `2 Conv+Relu, 3 Gemm`. */
  readonly form: string;
  /** The arithmetic that is used; where a target does not say it, that of the graph (`model/precision.ts`). */
  readonly precision?: Precision | undefined;
}

const targetPlan = z.looseObject({ form: z.string(), precision: precision.optional() });

/** Files by path, with `/` between folders. */
export interface FileSource {
  /** @throws where it cannot be read */
  read(path: string): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
  /** What a framework that reads the file by itself is given. */
  locate(path: string): string;
}

/**
 * @param folder of the artefact
 * @param plan path of the target's plan
 */
export async function readModel(source: FileSource, folder: string, plan: string): Promise<Model> {
  return { ...(await readArtefact(source, folder)), plan: targetPlan.parse(await readJson(source, plan)) };
}

/** What is the same for all targets. @param folder of the artefact */
export async function readArtefact(source: FileSource, folder: string): Promise<Omit<Model, 'plan'>> {
  const tensorsIn = async (name: string) => {
    const path = `${folder}/${name}`;
    return parseTensors(await source.read(path), path);
  };
  const manifest = await readManifest(source, folder);
  const inputs = Array.from({ length: manifest.buffers }, (): Record<string, Tensor> => ({}));
  for (const [key, tensor] of Object.entries(await tensorsIn(artefactFiles.inputs))) {
    const slash = key.indexOf('/');
    at(inputs, Number(key.slice(0, slash)), 'input buffers')[key.slice(slash + 1)] = tensor;
  }
  const isGiven = await source.exists(`${folder}/${artefactFiles.file}`);
  return {
    manifest,
    graph: await readGraph(source, folder),
    weights: await tensorsIn(artefactFiles.weights),
    inputs,
    modelPath: source.locate(`${folder}/${isGiven ? artefactFiles.file : artefactFiles.model}`),
  };
}

export async function readManifest(source: FileSource, folder: string): Promise<ArtefactManifest> {
  return artefactManifest.parse(await readJson(source, `${folder}/${artefactFiles.manifest}`));
}

export async function readGraph(source: FileSource, folder: string): Promise<Graph> {
  return graph.parse(await readJson(source, `${folder}/${artefactFiles.graph}`));
}

async function readJson(source: FileSource, path: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await source.read(path)));
}
