/** Layers over the spatial axes of sequences, images and volumes, channels last. */
import { at } from '../../../common/at.js';
import { isOne, sameList } from '../../lowering/lists.js';
import type { PerAxis } from '../../lowering/operations/operation.js';
import { paddingOf } from '../../lowering/operations/same-pads.js';
import { pair, triple } from '../operations/images.js';
import type { Layer, Tf } from '../tf.js';
import { activationOf, behindFirst, type LayerOf, type LayerTable, type Shapes, zeros } from './layer.js';

const spatial = ({ inputs }: Shapes) => at(inputs, 0).slice(1, -1);

const convolution: LayerOf<'Conv'> = (tf, operation, shapes) => {
  const { settings, inputs } = operation;
  const filters = at(shapes.inputs, 1);
  const kernel = filters.slice(0, -2);
  const padding = paddingOf(settings, spatial(shapes), kernel);
  if (!padding) return undefined;
  const common = {
    padding,
    useBias: inputs.length > 2,
    activation: activationOf(operation),
    biasInitializer: 'zeros',
  } as const;
  const { strides, dilations, group } = settings;
  const weights = behindFirst(operation);
  if (group === 1) {
    const window = { kernel, strides, dilations };
    return {
      layer: convolutionLayer(tf, { ...common, ...zeros, filters: at(filters, -1) }, window),
      weights,
    };
  }
  // The depthwise layer is of images, and does not pass its dilations on.
  const isEach = at(at(shapes.inputs, 0), -1) === group && at(filters, -2) === 1;
  if (!isEach || strides.length !== 2 || !isOne(dilations)) return undefined;
  const layer = tf.layers.depthwiseConv2d({
    ...common,
    kernelSize: pair(kernel),
    strides: pair(strides),
    depthMultiplier: at(filters, -1) / group,
    depthwiseInitializer: 'zeros',
  });
  return { layer, weights };
};

type ConvolutionArguments = Omit<
  Parameters<Tf['layers']['conv2d']>[0],
  'kernelSize' | 'strides' | 'dilationRate'
>;

function convolutionLayer(
  tf: Tf,
  common: ConvolutionArguments,
  { kernel, strides, dilations }: { kernel: PerAxis; strides: PerAxis; dilations: PerAxis },
): Layer {
  if (kernel.length === 1) {
    const [kernelSize, dilationRate] = [at(kernel, 0), at(dilations, 0)];
    return tf.layers.conv1d({ ...common, kernelSize, strides: at(strides, 0), dilationRate });
  }
  if (kernel.length === 2) {
    const [kernelSize, dilationRate] = [pair(kernel), pair(dilations)];
    return tf.layers.conv2d({ ...common, kernelSize, strides: pair(strides), dilationRate });
  }
  const [kernelSize, dilationRate] = [triple(kernel), triple(dilations)];
  return tf.layers.conv3d({ ...common, kernelSize, strides: triple(strides), dilationRate });
}

/** Its result is as long as `valid` or `same` padding makes it. */
const transposedConvolution: LayerOf<'ConvTranspose'> = (tf, operation, shapes) => {
  const { strides, pads, outputPadding } = operation.settings;
  const filters = at(shapes.inputs, 1);
  const kernel = filters.slice(0, -2);
  if (kernel.length !== 2) return undefined;
  const lengthened = kernel.map((size, axis) => Math.max(at(strides, axis) - size, 0));
  const isValid = pads.flat().every((pad) => pad === 0) && sameList(outputPadding, lengthened);
  if (!isValid) return undefined;
  const layer = tf.layers.conv2dTranspose({
    ...zeros,
    filters: at(filters, -2),
    kernelSize: pair(kernel),
    strides: pair(strides),
    padding: 'valid',
    useBias: operation.inputs.length > 2,
  });
  return { layer, weights: behindFirst(operation) };
};

function pooling(kind: 'max' | 'average'): LayerOf<'MaxPool' | 'AveragePool'> {
  return (tf, { settings }, shapes) => {
    const { kernel, strides } = settings;
    const padding = paddingOf(settings, spatial(shapes), kernel);
    if (!padding) return undefined;
    const rank = at(['1d', '2d', '3d'] as const, kernel.length - 1);
    switch (rank) {
      case '1d':
        return {
          layer: tf.layers[`${kind}Pooling1d`]({ poolSize: at(kernel, 0), strides: at(strides, 0), padding }),
        };
      case '2d':
        return {
          layer: tf.layers[`${kind}Pooling2d`]({ poolSize: pair(kernel), strides: pair(strides), padding }),
        };
      case '3d':
        return {
          layer: tf.layers[`${kind}Pooling3d`]({
            poolSize: triple(kernel),
            strides: triple(strides),
            padding,
          }),
        };
    }
  };
}

export function globalPooling(
  kind: 'globalMaxPooling' | 'globalAveragePooling',
): LayerOf<'ReduceMax' | 'ReduceMean'> {
  return (tf, { settings }, shapes) => {
    const isWhole =
      !settings.keepdims &&
      sameList(
        settings.axes,
        spatial(shapes).map((_, axis) => axis + 1),
      );
    if (!isWhole) return undefined;
    if (settings.axes.length === 1) return { layer: tf.layers[`${kind}1d`]({}) };
    return settings.axes.length === 2
      ? { layer: tf.layers[`${kind}2d`]({ dataFormat: 'channelsLast' }) }
      : undefined;
  };
}

export const windowLayers: LayerTable = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: pooling('max'),
  AveragePool: pooling('average'),
};
