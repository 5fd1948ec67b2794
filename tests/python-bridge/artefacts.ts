/** Small artefact folders, made by hand: one linear layer, and an LSTM classifier. */

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import type { ArtefactManifest } from '../../model/artefact/manifest.js';
import { elementCount, type Graph, type Tensor, type TensorInfo } from '../../model/graph.js';
import { writeTensors } from '../../model/safetensors.js';
import type { Mode } from '../../model/workload.js';
import { planFile } from '../../runners/hosts/plan-file.js';

export const buffers = 3;
export const training = {
  loss: 'softmax-cross-entropy',
  optimiser: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  steps: 3,
} as const;

export const batch = 2;
const features = 3;
const classes = 4;

export interface LinearModel {
  readonly folder: string;
  /** Path of the plan of the target that it is made for. */
  readonly plan: string;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly inputs: readonly Readonly<Record<string, Tensor>>[];
}

/** logits = x·w + b, and in inference their softmax. */
export async function linearArtefact(mode: Mode, target: Target): Promise<LinearModel> {
  const x = info('x', [batch, features]);
  const w = info('w', [features, classes]);
  const b = info('b', [classes]);
  const logits = info('logits', [batch, classes]);
  const answer = mode === 'training' ? logits : info('probabilities', [batch, classes]);
  const nodes = [node('Gemm', ['x', 'w', 'b'], ['logits'])];
  if (mode === 'inference') nodes.push(node('Softmax', ['logits'], ['probabilities'], { axis: 1 }));
  const graph: Graph = {
    name: 'linear',
    opset: 17,
    inputs: [x],
    outputs: [answer],
    weights: [w, b],
    parameters: ['w', 'b'],
    nodes,
    values: Object.fromEntries([x, w, b, logits, answer].map((value) => [value.name, value])),
  };
  const weights = { w: wave(w.shape, 1), b: wave(b.shape, 2) };
  const inputs = Array.from({ length: buffers }, (_, buffer) => ({
    x: wave(x.shape, 3 + buffer),
    ...(mode === 'training' ? { labels: labels(buffer) } : {}),
  }));
  const folder = await writeArtefact(graph, weights, inputs, mode);
  return { folder, plan: await planFile(target, folder), weights, inputs };
}

/** A folder as workers load it, without a reference. */
export async function writeArtefact(
  graph: Graph,
  weights: Record<string, Tensor>,
  inputs: readonly Record<string, Tensor>[],
  mode: Mode,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-artefact-'));
  const manifest: ArtefactManifest = {
    version: 1,
    id: '0'.repeat(64),
    workload: graph.name,
    mode,
    batch,
    precision: 'float32',
    seed: 0,
    buffers: inputs.length,
    ...(mode === 'training' ? { training } : {}),
    tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-4 },
    reference: 'none',
  };
  const byBuffer = inputs.flatMap((tensors, buffer) =>
    Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [`${buffer}/${name}`, tensor]),
  );
  await writeFile(join(folder, 'artefact.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'graph.json'), JSON.stringify(graph));
  await writeTensors(join(folder, 'weights.safetensors'), weights);
  await writeTensors(join(folder, 'inputs.safetensors'), Object.fromEntries(byBuffer));
  return folder;
}

/** Smooth values of order 1 that differ from tensor to tensor. */
export function wave(shape: readonly number[], phase: number): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, index) =>
    Math.sin(1.7 * index + phase),
  );
  return { type: 'float32', shape, data };
}

function labels(buffer: number): Tensor {
  const data = Int32Array.from({ length: batch }, (_, index) => (index + buffer) % classes);
  return { type: 'int32', shape: [batch], data };
}

function info(name: string, shape: number[]): TensorInfo {
  return { name, type: 'float32', shape };
}

export function node(
  operator: string,
  inputs: string[],
  outputs: string[],
  attributes: Graph['nodes'][number]['attributes'] = {},
): Graph['nodes'][number] {
  return { name: `${operator} ${outputs.join()}`, operator, inputs, outputs, attributes };
}
