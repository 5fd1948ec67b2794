/**
 * The plan of a framework that has both vocabularies: layers where they express the graph, since that is how its users
 * write a network, and else operations.
 */
import type { Graph, Mode, Support } from '../../adapter.js';
import type { Capabilities } from '../capabilities.js';
import { makePlan } from '../lower.js';
import type { Plan } from '../plan.js';
import { supportOf } from '../refusal.js';
import { type LayerCheck, supportOfLayers } from './layer-checks.js';
import type { LayerPlan } from './layer-plan.js';
import { planLayers } from './plan-layers.js';

export interface Planner {
  supports(graph: Graph, mode: Mode): Support;
  /** @throws UnsupportedError where `supports` says no */
  plan(graph: Graph, mode: Mode): LayerPlan | Plan;
}

/** @param checks of what it lacks as layers */
export function layersOrOperations(checks: readonly LayerCheck[], capabilities: Capabilities): Planner {
  const asLayers = supportOfLayers(checks);
  return {
    supports(graph, mode) {
      const layers = asLayers(graph, mode);
      return layers.supported ? layers : supportOf(() => makePlan(graph, mode, capabilities));
    },
    plan: (graph, mode) =>
      asLayers(graph, mode).supported ? planLayers(graph, mode) : makePlan(graph, mode, capabilities),
  };
}

/** The lowering in the framework's own bridge where it reads the graph itself, and else operations. */
export function graphOrOperations(
  own: (graph: Graph, mode: Mode) => Support,
  capabilitiesOf: (mode: Mode) => Capabilities,
): {
  supports(graph: Graph, mode: Mode): Support;
  /** Undefined for a graph that the bridge reads itself. @throws UnsupportedError where `supports` says no */
  plan(graph: Graph, mode: Mode): Plan | undefined;
} {
  return {
    supports(graph, mode) {
      const support = own(graph, mode);
      return support.supported ? support : supportOf(() => makePlan(graph, mode, capabilitiesOf(mode)));
    },
    plan: (graph, mode) =>
      own(graph, mode).supported ? undefined : makePlan(graph, mode, capabilitiesOf(mode)),
  };
}
