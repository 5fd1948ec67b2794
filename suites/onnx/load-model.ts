/** An artefact as a Node worker hands it to an adapter. Few imports: workers start this. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../../adapters/adapter.js';
import { artefactFiles, artefactManifest } from './artefact-manifest.js';
import { type Graph, graph, type Tensor } from './graph.js';
import { readTensors } from './safetensors.js';

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
