/** Layers where they express a graph, else operations. Apart in training, where every operation needs its gradient. */
import { type Graph, type Mode, type Support, supported, unsupported } from '../adapter.js';
import type { LayerCheck } from '../lowering/layers/layer-checks.js';
import type { LayerPlan } from '../lowering/layers/layer-plan.js';
import { layersOrOperations, type Planner } from '../lowering/layers/plans.js';
import { isPlan, type Plan } from '../lowering/plan.js';
import { type Backend, tfjsCapabilities } from './capabilities.js';
import { tfjsInTraining } from './training-capabilities.js';

/** @param checks of what the backend lacks as layers */
export function plannerOf(checks: readonly LayerCheck[], backend: Backend): Planner {
  const capabilities = tfjsCapabilities(backend);
  const inference = layersOrOperations(checks, capabilities);
  // `predict` wants examples.
  const withoutLayers = layersOrOperations(
    [() => 'TensorFlow.js has no layers of no elements'],
    capabilities,
  );
  const training = layersOrOperations(checks, tfjsInTraining(backend));
  const own = (graph: Graph, mode: Mode) => {
    if (mode === 'training') return training;
    return isOfNothing(graph) ? withoutLayers : inference;
  };
  return {
    supports: (graph, mode) => own(graph, mode).supports(graph, mode),
    plan: (graph, mode) => own(graph, mode).plan(graph, mode),
  };
}

function isOfNothing({ inputs }: Graph): boolean {
  return inputs.some(({ shape }) => shape.includes(0));
}
