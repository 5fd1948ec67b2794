/**
 * Runs nodes once to observe their values, in segments: ONNX Runtime's time to load a graph grows with the square of its
 * outputs, and here every value is one.
 */
import { required } from '../../common/at.js';
import type { Tensor, TensorInfo, Tensors } from '../graph.js';
import { type NodeProto, nodeFields } from '../import/proto.js';
import type { RawModel, RawNode } from '../import/raw-model.js';
import { valuesReadBy } from '../import/topological-order.js';
import { writeModel } from '../import/write-model.js';
import type { Observation } from './observe.js';
import { liveNodes } from './simplify.js';
import { stepsFirst } from './steps-first.js';

/** Runs a model once (see `observe.ts`), or returns values that are known already. */
export type Observe = (model: Uint8Array, inputs: Tensors, keep: readonly string[]) => Promise<Observation>;

/** Published models have fewer: they are one segment. */
const segmentNodes = 5000;

/** What nodes are run with. */
export interface Surroundings {
  readonly model: RawModel;
  /** Of the model, with static shapes. */
  readonly inputs: readonly TensorInfo[];
  /** One set of real inputs, by name. */
  readonly sample: Tensors;
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly observe: Observe;
}

/**
 * @param nodes in topological order
 * @param outputs values whose type and shape is wanted
 * @param keep of these, whose data is wanted
 */
export async function observeNodes(
  surroundings: Surroundings,
  nodes: readonly RawNode[],
  outputs: readonly string[],
  keep: readonly string[],
): Promise<Observation> {
  const [wanted, kept] = [new Set(outputs), new Set(keep)];
  const segments = segmentsOf(nodes);
  const values: Record<string, TensorInfo> = {};
  const data: Record<string, Tensor> = {};
  /** Computed values that later segments read. */
  let carried: Record<string, Tensor> = {};
  const lastReaders = new Map(
    segments.flatMap((segment, index) => [...readBy(segment)].map((name) => [name, index] as const)),
  );
  for (const [index, segment] of segments.entries()) {
    const isReadLater = (name: string) => (lastReaders.get(name) ?? index) > index;
    const produced = segment.flatMap((node) => node.outputs.filter(Boolean));
    const observed = produced.filter((name) => wanted.has(name) || isReadLater(name));
    const given = Object.keys(carried).map((name) => required(values, name, 'observed values'));
    const found = await surroundings.observe(
      writeNodes(surroundings, segment, given, observed),
      { ...surroundings.sample, ...carried },
      produced.filter((name) => kept.has(name) || isReadLater(name)),
    );
    Object.assign(values, found.values);
    const all = Object.entries({ ...carried, ...found.data });
    carried = Object.fromEntries(all.filter(([name]) => isReadLater(name)));
    Object.assign(data, Object.fromEntries(all.filter(([name]) => kept.has(name))));
  }
  return { values, data };
}

/** The same of what it takes to compute these values: the rest may be most of the model. Where there are none, nothing is run. */
export async function observeValues(
  surroundings: Surroundings,
  nodes: readonly RawNode[],
  outputs: readonly string[],
  keep: readonly string[],
): Promise<Observation> {
  if (outputs.length === 0) return { values: {}, data: {} };
  return observeNodes(surroundings, liveNodes(nodes, outputs, valuesReadBy), outputs, keep);
}

/** Shapes by name of the inputs, of constants, and of what was observed. */
export function knownShapes(
  { inputs, constants }: Surroundings,
  { values }: Observation,
): ReadonlyMap<string, readonly number[]> {
  const given = [...inputs, ...Object.values(values)].map(({ name, shape }) => [name, shape] as const);
  return new Map([...[...constants].map(([name, { shape }]) => [name, shape] as const), ...given]);
}

function segmentsOf(nodes: readonly RawNode[]): RawNode[][] {
  const count = Math.max(1, Math.ceil(nodes.length / segmentNodes));
  return Array.from({ length: count }, (_, index) =>
    nodes.slice(index * segmentNodes, (index + 1) * segmentNodes),
  );
}

function readBy(nodes: readonly RawNode[]): Set<string> {
  return new Set(nodes.flatMap((node) => [...valuesReadBy(node)]));
}

function writeNodes(
  { model, inputs, constants }: Surroundings,
  nodes: readonly RawNode[],
  given: readonly TensorInfo[],
  outputs: readonly string[],
): Uint8Array {
  const read = readBy(nodes);
  return writeModel({
    name: model.name,
    opset: model.opset,
    inputs: [...inputs, ...given],
    outputs: outputs.map((name) => ({ name })),
    nodes: nodes.map(toProto).flatMap(stepsFirst),
    weights: Object.fromEntries([...constants].filter(([name]) => read.has(name))),
  });
}

/** A node as it is written, with its attributes as the file has them. */
export function toProto({ name, operator, inputs, outputs, proto }: RawNode): NodeProto {
  return {
    name,
    opType: operator,
    input: [...inputs],
    output: [...outputs],
    attribute: nodeFields(proto).attribute,
  };
}
