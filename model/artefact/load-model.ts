/** Reads an artefact for an adapter. Workers import this file, so it has few imports of its own. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { at } from '../../common/at.js';
import { type Precision, precision } from '../../common/vocabulary.js';
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
  /** What a runtime reads that imports ONNX itself: `file.onnx` where there is one, else `model.onnx`. */
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

/**
 * @param folder of the artefact
 * @param plan path of the target's plan
 */
export async function loadModel(folder: string, plan: string): Promise<Model> {
  return { ...(await loadArtefact(folder)), plan: targetPlan.parse(await readJson(plan)) };
}

/** What is the same for all targets. @param folder of the artefact */
export async function loadArtefact(folder: string): Promise<Omit<Model, 'plan'>> {
  const manifest = await loadManifest(folder);
  const file = join(folder, artefactFiles.file);
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
    modelPath: existsSync(file) ? file : join(folder, artefactFiles.model),
  };
}

export async function loadManifest(folder: string): Promise<ArtefactManifest> {
  return artefactManifest.parse(await readJson(join(folder, artefactFiles.manifest)));
}

/** Only the graph. */
export async function loadGraph(folder: string): Promise<Graph> {
  return graph.parse(await readJson(join(folder, artefactFiles.graph)));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
