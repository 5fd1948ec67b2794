/** A small hand-made artefact: one identity node over inputs that tell their buffer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArtefactManifest, artefactFiles } from '../../../../model/artefact/manifest.js';
import type { Graph, Tensor, Tensors } from '../../../../model/graph.js';
import { writeTensors } from '../../../../model/safetensors.js';
import type { Mode } from '../../../../model/workload.js';

const made: string[] = [];
export const buffers = 3;
export const steps = 4;

/** @returns the artefact's folder; `removeArtefacts` removes it */
export async function makeArtefact({ mode }: { mode: Mode }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-artefact-'));
  made.push(folder);
  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  await write(artefactFiles.manifest, JSON.stringify(manifestFor(mode)));
  await write(artefactFiles.graph, JSON.stringify(graph));
  await write(artefactFiles.model, '');
  await writeTensors(join(folder, artefactFiles.weights), { w: float32(0.5) });
  await writeTensors(join(folder, artefactFiles.inputs), inputsFor(mode));
  await writeTensors(join(folder, artefactFiles.expected), {});
  return folder;
}

export async function removeArtefacts(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true })));
}

function float32(...values: number[]): Tensor {
  return { type: 'float32', shape: [values.length], data: Float32Array.from(values) };
}

function inputsFor(mode: Mode): Tensors {
  const inputs: Record<string, Tensor> = {};
  for (let buffer = 0; buffer < buffers; buffer++) {
    inputs[`${buffer}/x`] = float32(buffer * 10);
    if (mode === 'training')
      inputs[`${buffer}/labels`] = { type: 'int32', shape: [1], data: Int32Array.of(0) };
  }
  return inputs;
}

const x = { name: 'x', type: 'float32', shape: [1] } as const;
const y = { ...x, name: 'y' };
const w = { ...x, name: 'w' };
const graph: Graph = {
  name: 'sum',
  opset: 17,
  inputs: [{ ...x, shape: [1] }],
  outputs: [{ ...y, shape: [1] }],
  weights: [{ ...w, shape: [1] }],
  parameters: ['w'],
  nodes: [{ name: 'sum', operator: 'Add', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
  values: { x: { ...x, shape: [1] }, y: { ...y, shape: [1] }, w: { ...w, shape: [1] } },
};

function manifestFor(mode: Mode): ArtefactManifest {
  const training = {
    loss: 'softmax-cross-entropy',
    optimiser: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    steps,
  } as const;
  return {
    version: 1,
    id: '0'.repeat(64),
    workload: 'sum',
    mode,
    batch: 1,
    precision: 'float32',
    seed: 0,
    buffers,
    ...(mode === 'training' ? { training } : {}),
    tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-4 },
    reference: 'none',
  };
}
