/**
 * A plan as a user of TensorFlow.js writes it, with the artefact's weights in it: a functional model where the Layers API has a
 * layer for every operation, a function where it lacks one.
 */
import type { Mode, Tensors } from '../adapter.js';
import type { Plan, PlannedOperation } from '../lowering/plan.js';
import type { BuiltModel } from './built-model.js';
import { functionModel } from './function-model.js';
import { layerOf } from './layers/index.js';
import type { OwnLayer } from './layers/layer.js';
import { layersModel } from './layers-model.js';
import { PlanTensors } from './plan-tensors.js';
import type { Tf } from './tf.js';

export function buildModel(tf: Tf, plan: Plan, mode: Mode, weights: Tensors): BuiltModel {
  const tensors = new PlanTensors(plan, mode);
  const layers = layersOf(tf, plan, tensors);
  return layers ? layersModel(tf, plan, layers, tensors, weights) : functionModel(tf, plan, tensors, weights);
}

/** The layer of every operation; undefined where the Layers API lacks one, or where a constant is no weight of a layer. */
function layersOf(
  tf: Tf,
  { operations, outputs }: Plan,
  tensors: PlanTensors,
): ReadonlyMap<PlannedOperation, OwnLayer> | undefined {
  if (operations.length === 0 || outputs.some(({ tensor }) => tensors.isConstant(tensor))) return undefined;
  const layers = new Map<PlannedOperation, OwnLayer>();
  for (const operation of operations) {
    const own = layerOf(tf, operation, tensors);
    const isWeight = (place: number) => own?.weights?.includes(place);
    const isOpen = operation.inputs.some((tensor, place) => tensors.isConstant(tensor) && !isWeight(place));
    if (!own || isOpen) return undefined;
    layers.set(operation, own);
  }
  return layers;
}
