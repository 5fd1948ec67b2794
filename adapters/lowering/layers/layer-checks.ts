/** What a framework lacks of a plan of layers: shared by the descriptors of those that are driven by one. */
import type { Graph, Lowering, Mode } from '../../adapter.js';
import { lowering, refuse } from '../refusal.js';
import { isStridedAndDilated, type PlannedLayer } from './layer-plan.js';
import { planLayers } from './plan-layers.js';

/** Says what of a layer is lacking, or nothing. */
export type LayerCheck = (layer: PlannedLayer, mode: Mode) => string | undefined;

/** The plan of layers, or what of it is unsupported. */
export function lowerToLayers(checks: readonly LayerCheck[]): (graph: Graph, mode: Mode) => Lowering {
  return (graph, mode) =>
    lowering(() => {
      const plan = planLayers(graph, mode);
      for (const layer of plan.layers) {
        for (const check of checks) {
          const unsupported = check(layer, mode);
          if (unsupported !== undefined) refuse(unsupported);
        }
      }
      return plan;
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
