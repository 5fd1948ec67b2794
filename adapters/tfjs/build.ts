/** Builds the functional model of a plan, with the artefact's weights in it. */
import type { LayersModel, SymbolicTensor, Variable } from '@tensorflow/tfjs';
import type { Graph, Tensors } from '../adapter.js';
import type { LayerPlan, PlannedLayer } from '../lowering/layers/layer-plan.js';
import { type NativeWeight, toNative } from '../lowering/layers/weights.js';
import { makeLayer } from './layers.js';
import { applyLstm } from './recurrent.js';
import type { Layer, Tf } from './tf.js';

export interface BuiltModel {
  readonly model: LayersModel;
  /** Every weight of the graph with the variable that holds it. */
  readonly held: readonly HeldWeight[];
}

export interface HeldWeight {
  readonly weight: NativeWeight;
  readonly variable: Variable;
  readonly trained: boolean;
}

export function buildModel(tf: Tf, plan: LayerPlan, graph: Graph, weights: Tensors): BuiltModel {
  const tensors = new Map<number, SymbolicTensor>();
  for (const { tensor, onnxShape, axes } of plan.inputs) {
    tensors.set(tensor, tf.input({ shape: axes.slice(1).map((axis) => onnxShape[axis] ?? 1) }));
  }
  const trained = new Set(graph.parameters);
  const held = plan.layers.flatMap((planned) => addLayer(tf, planned, tensors, weights, trained));
  const model = tf.model({
    inputs: plan.inputs.map((input) => symbol(tensors, input.tensor)),
    outputs: plan.outputs.map((output) => symbol(tensors, output.tensor)),
  });
  return { model, held };
}

function addLayer(
  tf: Tf,
  planned: PlannedLayer,
  tensors: Map<number, SymbolicTensor>,
  weights: Tensors,
  trained: ReadonlySet<string>,
): HeldWeight[] {
  const layer = makeLayer(tf, planned, weights);
  const inputs = planned.inputs.map((tensor) => symbol(tensors, tensor));
  const outputs = applied(tf, layer, planned, inputs);
  planned.outputs.forEach((tensor, position) => {
    const output = outputs[position];
    if (output) tensors.set(tensor, output);
  });
  setWeights(tf, layer, planned.weights, weights);
  // A copy: the layer lists what it trains first, so its order changes with what is set here.
  const variables = [...layer.weights];
  return planned.weights.map((weight, position) => {
    const own = variables[position];
    if (!own) throw new Error(`${planned.node} has no weight for ${weight.name}`);
    own.trainable = trained.has(weight.name);
    return { weight, variable: own.read() as Variable, trained: own.trainable };
  });
}

function applied(
  tf: Tf,
  layer: Layer,
  { definition }: PlannedLayer,
  inputs: SymbolicTensor[],
): readonly SymbolicTensor[] {
  if (definition.kind === 'lstm') return applyLstm(tf, layer, definition, inputs);
  const [first] = inputs;
  return [layer.apply(first && inputs.length === 1 ? first : inputs)].flat() as SymbolicTensor[];
}

function setWeights(tf: Tf, layer: Layer, native: readonly NativeWeight[], weights: Tensors): void {
  const values = native.map((weight) => tf.tensor(toNative(weight, weights), [...weight.shape]));
  layer.setWeights(values);
  tf.dispose(values);
}

function symbol(tensors: ReadonlyMap<number, SymbolicTensor>, tensor: number | undefined): SymbolicTensor {
  const found = tensors.get(tensor ?? -1);
  if (!found) throw new Error(`no layer makes tensor ${tensor}`);
  return found;
}
