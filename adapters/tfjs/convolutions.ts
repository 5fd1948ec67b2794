/** Convolutions: a layer of the Layers API where it has one, else its operations in a layer of one's own. */
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { type Activation, type DefinitionOf, isDilated } from '../lowering/layers/layer-plan.js';
import { customLayer, type Inner, type Operation, present } from './custom-layer.js';
import type { Layer, Tf } from './tf.js';

type Plain = DefinitionOf<'conv1d' | 'conv2d'>;
type Depthwise = DefinitionOf<'depthwiseConv1d' | 'depthwiseConv2d'>;

/** @param weightShapes of the kernel and, where there is one, the bias */
export function convolution(
  tf: Tf,
  definition: Plain | Depthwise,
  weightShapes: readonly (readonly number[])[],
): Layer {
  const { padding, useBias, activation } = definition;
  const common = { padding, useBias, activation, biasInitializer: 'zeros' } as const;
  if ('filters' in definition) {
    if (definition.groups > 1) return customLayer(tf, inGroups(tf, definition), weightShapes);
    const { filters } = definition;
    return definition.kind === 'conv1d'
      ? tf.layers.conv1d({ ...common, ...row(definition), filters, kernelInitializer: 'zeros' })
      : tf.layers.conv2d({ ...common, ...square(definition), filters, kernelInitializer: 'zeros' });
  }
  // The layer is for pictures, and does not hand its dilations on.
  if (definition.kind === 'depthwiseConv1d' || isDilated(definition)) {
    return customLayer(tf, depthwise(tf, definition), weightShapes);
  }
  const { depthMultiplier } = definition;
  return tf.layers.depthwiseConv2d({
    ...common,
    ...square(definition),
    depthMultiplier,
    depthwiseInitializer: 'zeros',
  });
}

function row({ kernelSize: [size = 1], strides: [stride = 1], dilationRate: [rate = 1] }: Plain) {
  return { kernelSize: size, strides: stride, dilationRate: rate };
}

function square({ kernelSize, strides, dilationRate }: Plain | Depthwise) {
  return { kernelSize: pair(kernelSize), strides: pair(strides), dilationRate: pair(dilationRate) };
}

/** TensorFlow.js has no groups: their shares of channels and filters one after the other. */
function inGroups(tf: Tf, definition: Plain): Operation {
  const { padding, groups, filters } = definition;
  const { strides, dilationRate } = square(definition);
  const [stride, rate] = [definition.strides[0] ?? 1, definition.dilationRate[0] ?? 1];
  const convolve = (x: Tensor, kernel: Tensor): Tensor =>
    definition.kind === 'conv1d'
      ? tf.conv1d(x as Tensor3D, kernel as Tensor3D, stride, padding, 'NWC', rate)
      : tf.conv2d(x as Tensor4D, kernel as Tensor4D, strides, padding, 'NHWC', dilationRate);
  return withBias(tf, definition, filters, (x, kernel) => {
    const kernels = tf.split(kernel, groups, -1);
    const parts = tf.split(x, groups, -1).map((part, group) => convolve(part, present(kernels[group])));
    return tf.concat(parts, -1);
  });
}

/** Over one axis: a picture of height 1. Kernels take strides only that are alike. */
function depthwise(tf: Tf, definition: Depthwise): Operation {
  const { padding, depthMultiplier } = definition;
  const convolve = (x: Tensor, kernel: Tensor): Tensor => {
    if (definition.kind === 'depthwiseConv2d') {
      const { strides, dilationRate } = square(definition);
      return tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, strides, padding, 'NHWC', dilationRate);
    }
    const [stride = 1] = definition.strides;
    const [rate = 1] = definition.dilationRate;
    const y = tf.depthwiseConv2d(
      tf.expandDims(x, 1) as Tensor4D,
      tf.expandDims(kernel, 0) as Tensor4D,
      [stride, stride],
      padding,
      'NHWC',
      [1, rate],
    );
    return tf.squeeze(y, [1]);
  };
  return withBias(tf, definition, depthMultiplier, convolve, true);
}

function withBias(
  tf: Tf,
  definition: Plain | Depthwise,
  filters: number,
  convolve: (x: Tensor, kernel: Tensor) => Tensor,
  perChannel = false,
): Operation {
  const activate = activationOf(tf, definition.activation);
  const { kernelSize, strides, dilationRate, padding } = definition;
  return {
    compute: ([x], [kernel, bias]) => {
      const y = convolve(present(x), present(kernel));
      return activate(bias ? tf.add(y, bias) : y);
    },
    outputShape: ([shape = []]) => {
      const spatial = shape.slice(0, -1).map((length, axis) => {
        const extent = ((kernelSize[axis] ?? 1) - 1) * (dilationRate[axis] ?? 1);
        return Math.ceil((padding === 'same' ? length : length - extent) / (strides[axis] ?? 1));
      });
      return [...spatial, perChannel ? filters * (shape.at(-1) ?? 1) : filters] satisfies Inner;
    },
  };
}

function activationOf(tf: Tf, name: Activation): (x: Tensor) => Tensor {
  return name === 'linear' ? (x) => x : (x) => tf[name](x);
}

export function pair([height = 1, width = 1]: readonly number[]): [number, number] {
  return [height, width];
}
