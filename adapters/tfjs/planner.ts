/** Layers where they express a graph, else operations. Apart in training, where every operation needs its gradient. */
import type { Graph, NodeTarget } from '../adapter.js';
import type { LayerCheck } from '../lowering/layers/layer-checks.js';
import { layersOrOperations } from '../lowering/layers/plans.js';
import { type Backend, tfjsCapabilities } from './capabilities.js';
import { tfjsInTraining } from './training-capabilities.js';

/** @param checks of what the backend lacks as layers */
export function lowererOf(checks: readonly LayerCheck[], backend: Backend): NodeTarget['lower'] {
  const capabilities = tfjsCapabilities(backend);
  const inference = layersOrOperations(checks, capabilities);
  // `predict` wants examples.
  const withoutLayers = layersOrOperations(
    [() => 'TensorFlow.js has no layers of no elements'],
    capabilities,
  );
  const training = layersOrOperations(checks, tfjsInTraining(backend));
  return (graph, mode) => {
    if (mode === 'training') return training(graph, mode);
    return (isOfNothing(graph) ? withoutLayers : inference)(graph, mode);
  };
}

function isOfNothing({ inputs }: Graph): boolean {
  return inputs.some(({ shape }) => shape.includes(0));
}
