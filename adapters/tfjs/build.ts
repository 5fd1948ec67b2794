/** Makes the planned layers into a TensorFlow.js functional model, and moves weights in and out of it. */
import type { LayersModel, SymbolicTensor, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Graph, Tensors } from '../adapter.js';
import { float32, floats, shapeOf } from '../lowering/nodes.js';
import type { LayerPlan, ModelPlan, WeightPlan } from './plan.js';

export type Tf = typeof import('@tensorflow/tfjs');
type Layer = LayersModel['layers'][number];

export interface BuiltModel {
  readonly model: LayersModel;
  /** Layers with weights, with what of the graph each holds. */
  readonly weighted: readonly { readonly layer: Layer; readonly plan: LayerPlan }[];
}

type Factories = Readonly<Record<string, ((config: Readonly<Record<string, unknown>>) => Layer) | undefined>>;

export function buildModel(tf: Tf, plan: ModelPlan): BuiltModel {
  const values = new Map<string, SymbolicTensor>();
  const inputs = plan.inputs.map(({ name, shape }) => {
    const input = tf.input({ batchShape: [...shape] });
    values.set(name, input);
    return input;
  });
  const factories = tf.layers as unknown as Factories;
  const weighted: { layer: Layer; plan: LayerPlan }[] = [];
  for (const planned of plan.layers) {
    const layer = factories[planned.kind]?.(planned.config);
    if (!layer) throw new Error(`TensorFlow.js has no layer ${planned.kind}`);
    const given = planned.inputs.map((id) => present(values, id));
    const [only] = given;
    const made = layer.apply(given.length === 1 && only ? only : given) as SymbolicTensor | SymbolicTensor[];
    planned.outputs.forEach((id, index) => {
      const output = Array.isArray(made) ? made[index] : made;
      if (output) values.set(id, output);
    });
    if (planned.weights.length > 0) weighted.push({ layer, plan: planned });
  }
  const outputs = plan.outputs.map(({ id }) => present(values, id));
  return { model: tf.model({ inputs, outputs }), weighted };
}

export function putWeights(tf: Tf, built: BuiltModel, weights: Tensors): void {
  for (const { layer, plan } of built.weighted) {
    const tensors = plan.weights.map((weight) => tf.tensor(nativeValues(weight, weights), [...weight.shape]));
    layer.setWeights(tensors);
    tf.dispose(tensors);
  }
}

/**
 * Native values by ONNX name and in ONNX layout.
 *
 * @param read the value of weight number `index` of a layer: the weight itself, or its gradient
 */
export async function takeWeights(
  built: BuiltModel,
  graph: Graph,
  read: (layer: Layer, index: number) => TfTensor | undefined,
): Promise<Tensors> {
  const taken: Record<string, Tensors[string]> = {};
  for (const { layer, plan } of built.weighted) {
    for (const [number, { source, index }] of plan.weights.entries()) {
      const native = await read(layer, number)?.data();
      if (source === undefined || !native || !graph.parameters.includes(source)) continue;
      const shape = shapeOf(graph, source);
      // What no native element stands for, the frozen half of an LSTM's bias, is zero.
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      index.forEach((onnx, place) => {
        data[onnx] = native[place] ?? 0;
      });
      taken[source] = float32(shape, data);
    }
  }
  return taken;
}

function nativeValues({ source, index, addend }: WeightPlan, weights: Tensors): Float32Array {
  if (source === undefined) return new Float32Array(index.length);
  const data = floats(weights, source);
  if (!addend) return Float32Array.from(index, (onnx) => data[onnx] ?? 0);
  return Float32Array.from(index, (onnx, place) => (data[onnx] ?? 0) + (data[addend[place] ?? -1] ?? 0));
}

function present(values: Map<string, SymbolicTensor>, id: string): SymbolicTensor {
  const value = values.get(id);
  if (!value) throw new Error(`the plan has no value ${id}`);
  return value;
}
