/** The layer of the Layers API for each planned one. */
import type { layers } from '@tensorflow/tfjs';
import type { Tensors } from '../adapter.js';
import type { Activation, LayerDefinition, PlannedLayer } from '../lowering/layer-plan.js';
import { customLayer } from './custom-layer.js';
import type { Tf } from './open.js';
import { type OperationDefinition, operationOf } from './operations.js';
import { lstm } from './recurrent.js';

export type Layer = layers.Layer;

/** Weights are set right after: there is no point in drawing them first. */
const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/** @param weights the artefact's, for settings that ONNX gives as constants */
export function makeLayer(tf: Tf, planned: PlannedLayer, weights: Tensors): Layer {
  const { definition } = planned;
  switch (definition.kind) {
    case 'conv2d':
    case 'depthwiseConv2d':
      return convolution(tf, definition);
    case 'zeroPadding2d': {
      const [top, left, bottom, right] = definition.pads;
      const padding: [[number, number], [number, number]] = [
        [top, bottom],
        [left, right],
      ];
      return tf.layers.zeroPadding2d({ padding });
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { kind, poolSize, strides, padding } = definition;
      return tf.layers[kind]({ poolSize: [...poolSize], strides: [...strides], padding });
    }
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return tf.layers[definition.kind]({ dataFormat: 'channelsLast' });
    case 'dense': {
      const { units, useBias, activation } = definition;
      return tf.layers.dense({ units, useBias, activation, ...zeros });
    }
    case 'lstm':
      return lstm(tf, definition);
    case 'batchNormalization':
      return tf.layers.batchNormalization({ axis: -1, epsilon: definition.epsilon });
    case 'activation':
      return activation(tf, definition.activation);
    case 'leakyReLU':
      return tf.layers.leakyReLU({ alpha: definition.alpha });
    case 'elu':
      return tf.layers.elu({ alpha: definition.alpha });
    case 'add':
      return tf.layers.add();
    case 'multiply':
      return tf.layers.multiply();
    case 'concatenate':
      return tf.layers.concatenate({ axis: definition.axis });
    case 'flatten':
      return tf.layers.flatten();
    case 'reshape':
      return tf.layers.reshape({ targetShape: [...definition.targetShape] });
    case 'permute':
      return tf.layers.permute({ dims: [...definition.dims] });
    default:
      return operationLayer(tf, definition, planned, weights);
  }
}

function convolution(
  tf: Tf,
  definition: Extract<LayerDefinition, { kind: 'conv2d' | 'depthwiseConv2d' }>,
): Layer {
  const { padding, useBias, activation } = definition;
  const common = {
    kernelSize: pair(definition.kernelSize),
    strides: pair(definition.strides),
    padding,
    useBias,
    activation,
    biasInitializer: zeros.biasInitializer,
  };
  if (definition.kind === 'conv2d') {
    const { filters } = definition;
    const dilationRate = pair(definition.dilationRate);
    return tf.layers.conv2d({ ...common, filters, dilationRate, kernelInitializer: 'zeros' });
  }
  const { depthMultiplier } = definition;
  return tf.layers.depthwiseConv2d({ ...common, depthMultiplier, depthwiseInitializer: 'zeros' });
}

function operationLayer(
  tf: Tf,
  definition: OperationDefinition,
  { weights: own }: PlannedLayer,
  weights: Tensors,
): Layer {
  const shapes = own.map(({ shape }) => shape);
  return customLayer(tf, operationOf(tf, definition, shapes[0], weights), shapes);
}

function activation(tf: Tf, name: Activation): Layer {
  return name === 'softmax' ? tf.layers.softmax({ axis: -1 }) : tf.layers.activation({ activation: name });
}

function pair([height, width]: readonly [number, number]): [number, number] {
  return [height, width];
}
