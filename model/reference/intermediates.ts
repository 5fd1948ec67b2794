/**
 * Makes an artefact of the same model with its values as outputs, on one input buffer. It shows at which
 * node a target starts to differ. Expected values are those of ONNX Runtime without optimisation.
 */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artefactFiles, artefactManifest } from '../artefact/manifest.js';
import { elementCount, type Graph, graph as graphSchema, type TensorInfo, type Tensors } from '../graph.js';
import { readModel } from '../import/read-model.js';
import { writeModel } from '../import/write-model.js';
import { observe } from '../normalise/observe.js';
import { stepsFirst } from '../normalise/steps-first.js';
import { readTensors, writeTensors } from '../safetensors.js';

/** With more elements than this the artefact would be larger than most models; none is made. */
const maxElements = 2 ** 27;

export interface Intermediates {
  readonly folder: string;
  /** Its outputs in topological order, each with the node that computes it. */
  readonly values: readonly { readonly node: string; readonly operator: string; readonly value: string }[];
}

/**
 * The artefact with intermediate values, made on first use beside the original.
 *
 * @param folder of an artefact for inference
 * @param buffer of its inputs, which becomes the only one
 * @returns undefined if there are too many values
 */
export async function intermediatesOf(folder: string, buffer: number): Promise<Intermediates | undefined> {
  const graph = graphSchema.parse(JSON.parse(await readFile(join(folder, artefactFiles.graph), 'utf8')));
  const target = await artefactBeside(folder, graph, buffer);
  if (target === undefined) return undefined;
  const values = graph.nodes.flatMap(({ name, operator, outputs }) =>
    outputs.map((value) => ({ node: name, operator, value })),
  );
  return { folder: target, values };
}

async function artefactBeside(folder: string, graph: Graph, buffer: number): Promise<string | undefined> {
  const target = `${folder}-intermediates-${buffer}`;
  if (existsSync(target)) return target;
  const values = valuesOf(graph);
  if (values.reduce((sum, { shape }) => sum + elementCount(shape), 0) > maxElements) return undefined;
  const temporary = await mkdtemp(`${target}.making-`);
  try {
    await writeContents(folder, temporary, { ...graph, outputs: values }, buffer);
    await rename(temporary, target).catch((error: unknown) => {
      // A concurrent run was faster; its folder has the same content.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Computed values in topological order: floating-point ones, what is decided by those, and outputs of any type. */
function valuesOf(graph: Graph): TensorInfo[] {
  const isFloatingPoint = (name: string) => graph.values[name]?.type.startsWith('float') === true;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes.flatMap((node) => {
    const isDecided = node.inputs.some(isFloatingPoint);
    return node.outputs.flatMap((name) => {
      const value = graph.values[name];
      return value && (isDecided || isFloatingPoint(name) || outputs.has(name)) ? [value] : [];
    });
  });
}

async function writeContents(from: string, to: string, graph: Graph, buffer: number): Promise<void> {
  const path = (folder: string, file: keyof typeof artefactFiles) => join(folder, artefactFiles[file]);
  const weights = await readTensors(path(from, 'weights'));
  const { nodes } = readModel(await readFile(path(from, 'model')), path(from, 'model'));
  const { name, opset, inputs, outputs } = graph;
  const described = { name, opset, inputs, outputs, weights };
  const bytes = writeModel({ ...described, nodes: nodes.map(({ proto }) => proto) });
  const runnable = writeModel({ ...described, nodes: nodes.flatMap(({ proto }) => stepsFirst(proto)) });
  const sample = inputsOf(await readTensors(path(from, 'inputs')), buffer);
  const { data } = await observe(
    runnable,
    sample,
    outputs.map((output) => output.name),
  );
  const manifest = artefactManifest.parse(JSON.parse(await readFile(path(from, 'manifest'), 'utf8')));
  await writeFile(path(to, 'model'), bytes);
  await writeFile(path(to, 'graph'), JSON.stringify(graph));
  await cp(path(from, 'weights'), path(to, 'weights'));
  await writeTensors(path(to, 'inputs'), prefixed('0/', sample));
  await writeTensors(path(to, 'expected'), prefixed('output/0/', data));
  const own = { ...manifest, buffers: 1, reference: 'ONNX Runtime, float32' };
  await writeFile(path(to, 'manifest'), JSON.stringify(own));
}

function inputsOf(tensors: Tensors, buffer: number): Tensors {
  const prefix = `${buffer}/`;
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([key, tensor]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
    ),
  );
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
}
