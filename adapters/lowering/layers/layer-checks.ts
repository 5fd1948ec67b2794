/** What a framework lacks of a plan of layers: shared by the descriptors of those that are driven by one. */
import type { Graph, Mode, Support } from '../../adapter.js';
import { refuse, supportOf } from '../refusal.js';
import { isStridedAndDilated, type PlannedLayer } from './layer-plan.js';
import { planLayers } from './plan-layers.js';

/** Says what of a layer is lacking, or nothing. */
export type LayerCheck = (layer: PlannedLayer, mode: Mode) => string | undefined;

/** Decided from the plan alone. */
export function supportOfLayers(checks: readonly LayerCheck[]): (graph: Graph, mode: Mode) => Support {
  return (graph, mode) =>
    supportOf(() => {
      for (const layer of planLayers(graph, mode).layers) {
        for (const check of checks) {
          const lacking = check(layer, mode);
          if (lacking !== undefined) refuse(lacking);
        }
      }
    });
}

export function inTraining(check: LayerCheck): LayerCheck {
  return (layer, mode) => (mode === 'training' ? check(layer, mode) : undefined);
}

/**
 * TensorFlow's rule, which others have taken over: a window moves by more than 1, or it has holes.
 *
 * @param kinds that it holds for, since each framework has its exceptions
 */
export function stridedAndDilated(title: string, kinds = /./): LayerCheck {
  return ({ definition, node }) => {
    if (!('dilationRate' in definition && kinds.test(definition.kind))) return undefined;
    const operator = 'poolSize' in definition ? 'MaxPool' : 'Conv';
    return isStridedAndDilated(definition)
      ? `${title} has no ${operator} (${node}) with dilations and strides at once`
      : undefined;
  };
}

export function dilatedPooling(title: string): LayerCheck {
  return ({ definition, node }) =>
    definition.kind === 'dilatedMaxPooling1d' || definition.kind === 'dilatedMaxPooling2d'
      ? `${title} has no MaxPool (${node}) with dilations`
      : undefined;
}
