/** An artefact as a Node worker hands it to an adapter. Few imports: workers start this. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Graph, graph, type Tensor, type Tensors } from '../graph.js';
import { readTensors } from '../safetensors.js';
import { type ArtefactManifest, artefactFiles, artefactManifest } from './manifest.js';

/** One cell's model, as the worker hands it over. */
export interface Model {
  readonly manifest: ArtefactManifest;
  readonly graph: Graph;
  /** By name, in ONNX layout. */
  readonly weights: Tensors;
  /** One entry a buffer: the graph's inputs by name, and `labels` in training. */
  readonly inputs: readonly Tensors[];
  /** Path of `model.onnx`, for frameworks that read it. */
  readonly modelPath: string;
}

/** @param folder of the artefact */
export async function loadModel(folder: string): Promise<Model> {
  const manifest = artefactManifest.parse(await readJson(join(folder, artefactFiles.manifest)));
  const inputs = Array.from({ length: manifest.buffers }, (): Record<string, Tensor> => ({}));
  for (const [key, tensor] of Object.entries(await readTensors(join(folder, artefactFiles.inputs)))) {
    const slash = key.indexOf('/');
    const buffer = inputs[Number(key.slice(0, slash))];
    if (buffer) buffer[key.slice(slash + 1)] = tensor;
  }
  return {
    manifest,
    graph: await loadGraph(folder),
    weights: await readTensors(join(folder, artefactFiles.weights)),
    inputs,
    modelPath: join(folder, artefactFiles.model),
  };
}

/** The graph alone. */
export async function loadGraph(folder: string): Promise<Graph> {
  return graph.parse(await readJson(join(folder, artefactFiles.graph)));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
