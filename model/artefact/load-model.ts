/** Reads artefacts from files of this machine. Workers import this file, so it has few imports of its own. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Graph } from '../graph.js';
import { readWhole } from '../safetensors.js';
import type { ArtefactManifest } from './manifest.js';
import { type FileSource, type Model, readArtefact, readGraph, readManifest, readModel } from './model.js';

const files: FileSource = {
  read: (path) => (path.endsWith('.safetensors') ? readWhole(path) : readFile(path)),
  exists: async (path) => existsSync(path),
  locate: (path) => path,
};

/** See `readModel`. */
export function loadModel(folder: string, plan: string): Promise<Model> {
  return readModel(files, folder, plan);
}

/** See `readArtefact`. */
export function loadArtefact(folder: string): Promise<Omit<Model, 'plan'>> {
  return readArtefact(files, folder);
}

export function loadManifest(folder: string): Promise<ArtefactManifest> {
  return readManifest(files, folder);
}

/** Only the graph. */
export function loadGraph(folder: string): Promise<Graph> {
  return readGraph(files, folder);
}
