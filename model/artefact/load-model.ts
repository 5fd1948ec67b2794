/** Reads an artefact for an adapter. Workers import this file, so it has few imports of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at } from '../../common/at.js';
import { type Graph, graph, type Tensor, type Tensors } from '../graph.js';
import { readTensors } from '../safetensors.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './manifest.js';

/** The model of one cell. */
export interface Model {
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
  /** By name, in ONNX layout. */
  readonly weights: Tensors;
  /** One entry per buffer: the graph's inputs by name; in training also `labels`. */
  readonly inputs: readonly Tensors[];
  /** Path of `model.onnx`, for frameworks that import ONNX themselves. */
  readonly modelPath: string;
}

/** @param folder of the artefact @throws TouchstoneError if a file is malformed */
export async function loadModel(folder: string): Promise<Model> {
  const manifest = artefactManifest.parse(await readJson(join(folder, artefactFiles.manifest)));
  const inputs = Array.from({ length: manifest.buffers }, (): Record<string, Tensor> => ({}));
  for (const [key, tensor] of Object.entries(await readTensors(join(folder, artefactFiles.inputs)))) {
    const slash = key.indexOf('/');
    at(inputs, Number(key.slice(0, slash)), 'input buffers')[key.slice(slash + 1)] = tensor;
  }
  return {
    manifest,
    graph: await loadGraph(folder),
    weights: await readTensors(join(folder, artefactFiles.weights)),
    inputs,
    modelPath: join(folder, artefactFiles.model),
  };
}

/** Only the graph. */
export async function loadGraph(folder: string): Promise<Graph> {
  return graph.parse(await readJson(join(folder, artefactFiles.graph)));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
