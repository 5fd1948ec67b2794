/** The layer of the Layers API for each planned one. */
import type { Tensors } from '../adapter.js';
import {
  type Activation,
  isSpatial,
  type PlannedLayer,
  type SpatialDefinition,
} from '../lowering/layers/layer-plan.js';
import { convolution } from './convolutions.js';
import { customLayer } from './custom-layer.js';
import { type OperationDefinition, operationOf } from './operations.js';
import { dilatedPooling, paddedPooling, pooling, zeroPadding } from './poolings.js';
import { lstm } from './recurrent.js';
import type { Layer, Tf } from './tf.js';

/** Weights are set right after: there is no point in drawing them first. */
const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/** @param weights the artefact's, for settings that ONNX gives as constants */
export function makeLayer(tf: Tf, planned: PlannedLayer, weights: Tensors): Layer {
  const { definition } = planned;
  if (isSpatial(definition)) return spatialLayer(tf, definition, planned);
  switch (definition.kind) {
    case 'dense': {
      const { units, useBias, activation } = definition;
      return tf.layers.dense({ units, useBias, activation, ...zeros });
    }
    case 'lstm':
      return lstm(tf, definition);
    case 'batchNormalization': {
      const { epsilon, momentum } = definition;
      return tf.layers.batchNormalization({ axis: -1, epsilon, momentum });
    }
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
    case 'rescaling':
      return tf.layers.rescaling({ scale: definition.scale });
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

function spatialLayer(tf: Tf, definition: SpatialDefinition, { weights }: PlannedLayer): Layer {
  switch (definition.kind) {
    case 'conv1d':
    case 'conv2d':
    case 'depthwiseConv1d':
    case 'depthwiseConv2d':
      return convolution(
        tf,
        definition,
        weights.map(({ shape }) => shape),
      );
    case 'zeroPadding1d':
    case 'zeroPadding2d':
      return zeroPadding(tf, definition);
    case 'maxPooling1d':
    case 'maxPooling2d':
    case 'averagePooling1d':
    case 'averagePooling2d':
      return pooling(tf, definition);
    case 'paddedMaxPooling1d':
    case 'paddedMaxPooling2d':
    case 'paddedAveragePooling1d':
    case 'paddedAveragePooling2d':
      return paddedPooling(tf, definition);
    case 'dilatedMaxPooling1d':
    case 'dilatedMaxPooling2d':
      return dilatedPooling(tf, definition);
    case 'globalAveragePooling1d':
    case 'globalMaxPooling1d':
      return tf.layers[definition.kind]({});
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return tf.layers[definition.kind]({ dataFormat: 'channelsLast' });
  }
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
