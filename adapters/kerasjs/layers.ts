/**
 * The layers of Keras 2's JSON for a plan, and what Keras.js 1.0.3 does not compute. It reads one example at a time, so
 * shapes leave out the batch.
 */
import type { Graph } from '../adapter.js';
import type { LayerPlan, PlannedLayer } from '../lowering/layer-plan.js';
import { planLayers } from '../lowering/plan.js';
import { refuse } from '../lowering/refusal.js';

/** An entry of `layers` in the JSON of a Keras model. */
export interface KerasLayer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of its weights, in the order of the plan's. */
  readonly weightNames: readonly string[];
}

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

const kernelAndBias = (useBias: boolean) => (useBias ? ['kernel', 'bias'] : ['kernel']);

export function kerasLayer(layer: PlannedLayer): KerasLayer {
  const { definition } = layer;
  switch (definition.kind) {
    case 'conv2d':
      return {
        className: 'Conv2D',
        config: {
          filters: definition.filters,
          kernel_size: definition.kernelSize,
          strides: definition.strides,
          padding: definition.padding,
          dilation_rate: definition.dilationRate,
          activation: definition.activation,
          use_bias: definition.useBias,
          data_format: 'channels_last',
        },
        weightNames: kernelAndBias(definition.useBias),
      };
    case 'zeroPadding2d':
    case 'maxPooling2d':
    case 'averagePooling2d':
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return overPictures(definition);
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

function without(className: string, config: Record<string, unknown> = {}): KerasLayer {
  return { className, config, weightNames: [] };
}

type OverPictures = Extract<
  PlannedLayer['definition'],
  {
    kind:
      | 'zeroPadding2d'
      | 'maxPooling2d'
      | 'averagePooling2d'
      | 'globalAveragePooling2d'
      | 'globalMaxPooling2d';
  }
>;

function overPictures(definition: OverPictures): KerasLayer {
  const layout = { data_format: 'channels_last' };
  switch (definition.kind) {
    case 'zeroPadding2d': {
      const [top, left, bottom, right] = definition.pads;
      const padding = [
        [top, bottom],
        [left, right],
      ];
      return without('ZeroPadding2D', { padding, ...layout });
    }
    case 'globalAveragePooling2d':
      return without('GlobalAveragePooling2D', layout);
    case 'globalMaxPooling2d':
      return without('GlobalMaxPooling2D', layout);
    default: {
      const { kind, poolSize, strides, padding } = definition;
      const className = kind === 'maxPooling2d' ? 'MaxPooling2D' : 'AveragePooling2D';
      return without(className, { pool_size: poolSize, strides, padding, ...layout });
    }
  }
}

/** Logistic gates must be asked for: its default is their piecewise linear stand-in. */
function lstm(
  definition: Extract<PlannedLayer['definition'], { kind: 'lstm' }>,
  hasStates: boolean,
): KerasLayer {
  const { units, useBias, direction, returns } = definition;
  if (returns.length > 1) refuse('Keras.js has no LSTM that gives every hidden state and the last one apart');
  if (returns.includes('cell')) refuse('Keras.js has no LSTM that gives its last cell');
  if (hasStates) refuse('Keras.js has no LSTM that begins with given states');
  if (!useBias) refuse('Keras.js has no LSTM without a bias: it fails on the weight that is not there');
  const config = {
    units,
    activation: 'tanh',
    recurrent_activation: 'sigmoid',
    use_bias: true,
    return_sequences: returns.includes('sequence'),
  };
  const weightNames = ['kernel', 'recurrent_kernel', 'bias'];
  if (direction === 'forward') return { className: 'LSTM', config, weightNames };
  if (direction === 'bidirectional') return bidirectional(config, weightNames);
  if (config.return_sequences) refuse('Keras.js has no layer that turns the steps of a backward LSTM round');
  return { className: 'LSTM', config: { ...config, go_backwards: true }, weightNames };
}

function bidirectional(config: KerasLayer['config'], weightNames: readonly string[]): KerasLayer {
  return {
    className: 'Bidirectional',
    config: { layer: { class_name: 'LSTM', config: { ...config, name: 'lstm' } }, merge_mode: 'concat' },
    weightNames: ['forward', 'backward'].flatMap((prefix) =>
      weightNames.map((name) => `${prefix}_lstm/${name}`),
    ),
  };
}

/** Its dense layer takes vectors only, and its softmax vectors and matrices. */
function checkShapes(layer: PlannedLayer, graph: Graph): void {
  const node = graph.nodes.find(({ name }) => name === layer.node);
  const axes = graph.values[node?.outputs[0] ?? '']?.shape.length ?? 2;
  const { definition } = layer;
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
