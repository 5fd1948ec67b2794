/** Layers where they express a graph, else operations. Apart in training, where every operation needs its gradient. */
import { type Graph, type Mode, type Support, supported, unsupported } from '../adapter.js';
import type { LayerCheck } from '../lowering/layers/layer-checks.js';
import type { LayerPlan } from '../lowering/layers/layer-plan.js';
import { isPlan, type Plan } from '../lowering/plan.js';
import { layersOrOperations, type Planner } from '../lowering/layers/plans.js';
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
    supports(graph, mode) {
      const support = own(graph, mode).supports(graph, mode);
      return support.supported && mode === 'training' ? trains(training.plan(graph, mode), graph) : support;
    },
    plan: (graph, mode) => own(graph, mode).plan(graph, mode),
  };
}

function isOfNothing({ inputs }: Graph): boolean {
  return inputs.some(({ shape }) => shape.includes(0));
}

/** Whether the variables of operations are the graph's parameters: one that lies in two ways would be two, each trained by itself. */
function trains(plan: LayerPlan | Plan, { parameters }: Graph): Support {
  if (!isPlan(plan)) return supported;
  const held = plan.constants.flatMap(({ source }) => (source.kind === 'weight' ? [source.weight.name] : []));
  const twice = held.find((name, index) => held.indexOf(name) !== index && parameters.includes(name));
  return twice === undefined
    ? supported
    : unsupported(`TensorFlow.js cannot train the weight ${twice}, which lies in two ways`);
}
