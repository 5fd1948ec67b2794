/** Layers where they express a graph, else operations. Apart in training, where every operation needs its gradient. */
import { type Backend, tfjsDialect } from '../lowering/dialects/tfjs.js';
import { type LayerCheck, supportOfLayers } from '../lowering/layer-checks.js';
import { layersOrOperations, type Planner } from '../lowering/plans.js';

/** @param checks of what the backend lacks as layers */
export function plannerOf(checks: readonly LayerCheck[], backend: Backend): Planner {
  const inference = layersOrOperations(checks, tfjsDialect(backend));
  const layers = supportOfLayers(checks);
  return {
    supports: (graph, mode) => (mode === 'training' ? layers(graph, mode) : inference.supports(graph, mode)),
    plan: (graph, mode) => inference.plan(graph, mode),
  };
}
