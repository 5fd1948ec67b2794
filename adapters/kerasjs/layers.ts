/**
 * The layers of Keras 2's JSON for a plan, and what Keras.js 1.0.3 does not compute. It reads one example at a time, so
 * shapes leave out the batch.
 */
import type { Graph } from '../adapter.js';
import type { LayerPlan, PlannedLayer } from '../lowering/layers/layer-plan.js';
import { planLayers } from '../lowering/layers/plan-layers.js';
import { refuse } from '../lowering/refusal.js';
import { type KerasLayer, kernelAndBias, without } from './keras-layer.js';
import { lstm } from './recurrent.js';
import { className, convolution, layout, pooling, zeroPadding } from './spatial.js';

/** @throws UnsupportedError naming what Keras.js has no layer for, or computes otherwise */
export function planFor(graph: Graph): LayerPlan {
  const plan = planLayers(graph, 'inference');
  for (const layer of plan.layers) {
    kerasLayer(layer);
    checkShapes(layer, graph);
  }
  checkSharing(plan);
  return plan;
}

export function kerasLayer(layer: PlannedLayer): KerasLayer {
  const { definition } = layer;
  switch (definition.kind) {
    case 'conv1d':
    case 'conv2d':
      return convolution(definition, layer.node);
    case 'zeroPadding1d':
    case 'zeroPadding2d':
      return zeroPadding(definition);
    case 'maxPooling1d':
    case 'maxPooling2d':
    case 'averagePooling1d':
    case 'averagePooling2d':
      return pooling(definition);
    case 'globalAveragePooling1d':
    case 'globalAveragePooling2d':
    case 'globalMaxPooling1d':
    case 'globalMaxPooling2d':
      return without(className(definition.kind), layout);
    case 'dense': {
      const { units, activation, useBias } = definition;
      const config = { units, activation, use_bias: useBias };
      return { className: 'Dense', config, weightNames: kernelAndBias(useBias) };
    }
    case 'lstm':
      return lstm(definition, layer.inputs.length > 1);
    case 'batchNormalization':
      return {
        className: 'BatchNormalization',
        config: { axis: -1, epsilon: definition.epsilon, center: true, scale: true },
        weightNames: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
      };
    case 'activation':
      return without('Activation', { activation: definition.activation });
    case 'leakyReLU':
      return without('LeakyReLU', { alpha: definition.alpha });
    case 'elu':
      return without('ELU', { alpha: definition.alpha });
    case 'add':
      return without('Add');
    case 'multiply':
      return without('Multiply');
    case 'concatenate':
      if (definition.axis === 0)
        refuse(`Keras.js sees one example at a time, and ${layer.node} joins batches`);
      return without('Concatenate', { axis: definition.axis });
    case 'flatten':
      return without('Flatten');
    case 'reshape':
      return without('Reshape', { target_shape: definition.targetShape });
    case 'permute':
      return without('Permute', { dims: definition.dims });
    default:
      return refuse(`Keras.js has no layer ${definition.kind}, which ${layer.node} needs`);
  }
}

/** Its dense layer takes vectors only, its softmax vectors and matrices; over one axis it drops extents of 1. */
function checkShapes(layer: PlannedLayer, graph: Graph): void {
  const node = graph.nodes.find(({ name }) => name === layer.node);
  const shape = graph.values[node?.outputs[0] ?? '']?.shape ?? [1, 1];
  const axes = shape.length;
  const { definition } = layer;
  if (definition.kind === 'conv1d' && shape.slice(1).includes(1)) {
    refuse(
      `Keras.js has no Conv over one axis with an output of ${shape.slice(1).join('×')}, as ${layer.node} has`,
    );
  }
  if (definition.kind === 'dense' && axes !== 2) {
    refuse(`Keras.js has a Dense layer for vectors only, and ${layer.node} has ${axes} axes`);
  }
  if (definition.kind === 'activation' && definition.activation === 'softmax' && axes > 3) {
    refuse(`Keras.js has a softmax of vectors and matrices only, and ${layer.node} has ${axes} axes`);
  }
}

/**
 * Some of its layers work in the array of the layer before, which no other layer may then read; and its outputs are
 * the layers that nothing follows.
 */
function checkSharing(plan: LayerPlan): void {
  const readers = (tensor: number) => plan.layers.filter(({ inputs }) => inputs.includes(tensor));
  for (const layer of plan.layers) {
    const shared = layer.inputs.some((tensor) => readers(tensor).length > 1);
    const overwrites = layer.definition.kind === 'leakyReLU' || layer.definition.kind === 'elu';
    if (shared && overwrites) refuse(`Keras.js overwrites what ${layer.node} reads, and others read it too`);
    if (new Set(layer.inputs).size < layer.inputs.length) {
      refuse(`Keras.js cannot give one value twice to ${layer.node}`);
    }
  }
  for (const { name, tensor } of plan.outputs) {
    if (readers(tensor).length > 0) refuse(`Keras.js gives no output such as ${name}, which others read on`);
    if (plan.inputs.some((input) => input.tensor === tensor)) refuse(`its output ${name} is an input`);
  }
}
