/**
 * The plan of a framework that has both vocabularies: layers where they express the graph, since that is how its users
 * write a network, and else operations.
 */
import type { Graph, Lowering, Mode } from '../../adapter.js';
import type { Capabilities } from '../capabilities.js';
import { lower } from '../lower.js';
import { type LayerCheck, lowerToLayers } from './layer-checks.js';

/** Layers where they express the graph, and else operations. @param checks of what it lacks as layers */
export function layersOrOperations(
  checks: readonly LayerCheck[],
  capabilities: Capabilities,
): (graph: Graph, mode: Mode) => Lowering {
  const asLayers = lowerToLayers(checks);
  return (graph, mode) => {
    const layers = asLayers(graph, mode);
    return 'plan' in layers ? layers : lower(graph, mode, capabilities);
  };
}
