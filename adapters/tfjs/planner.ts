/** Layers where they express a graph, else operations. Apart in training, where every operation needs its gradient. */
import type { Graph } from '../adapter.js';
import { type Backend, tfjsDialect } from '../lowering/dialects/tfjs.js';
import { type LayerCheck, supportOfLayers } from '../lowering/layer-checks.js';
import { layersOrOperations, type Planner } from '../lowering/plans.js';

/** @param checks of what the backend lacks as layers */
export function plannerOf(checks: readonly LayerCheck[], backend: Backend): Planner {
  const dialect = tfjsDialect(backend);
  const either = layersOrOperations(checks, dialect);
  // `predict` wants examples.
  const operations = layersOrOperations([() => 'TensorFlow.js has no layers of no elements'], dialect);
  const inference = (graph: Graph) => (isOfNothing(graph) ? operations : either);
  const layers = supportOfLayers(checks);
  return {
    supports: (graph, mode) =>
      mode === 'training' ? layers(graph, mode) : inference(graph).supports(graph, mode),
    plan: (graph, mode) => inference(graph).plan(graph, mode),
  };
}

function isOfNothing({ inputs }: Graph): boolean {
  return inputs.some(({ shape }) => shape.includes(0));
}
