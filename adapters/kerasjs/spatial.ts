/** Layers of Keras.js over one or two spatial axes. Over one axis its settings are numbers, not lists of one. */
import { type DefinitionOf, isStridedAndDilated } from '../lowering/layers/layer-plan.js';
import { refuse } from '../lowering/refusal.js';
import { type KerasLayer, kernelAndBias, without } from './keras-layer.js';

export const layout = { data_format: 'channels_last' };

export function convolution(definition: DefinitionOf<'conv1d' | 'conv2d'>, node: string): KerasLayer {
  const { kind, filters, groups, strides, dilationRate, useBias } = definition;
  if (groups > 1) refuse(`Keras.js has no layer for Conv (${node}) with group ${groups}`);
  if (isStridedAndDilated(definition)) {
    refuse(`Keras.js has no layer for Conv (${node}) with dilations and strides at once`);
  }
  return {
    className: className(kind),
    config: {
      filters,
      kernel_size: setting(definition.kernelSize),
      strides: setting(strides),
      padding: definition.padding,
      dilation_rate: setting(dilationRate),
      activation: definition.activation,
      use_bias: useBias,
      ...layout,
    },
    weightNames: kernelAndBias(useBias),
  };
}

export function zeroPadding({ kind, pads }: DefinitionOf<'zeroPadding1d' | 'zeroPadding2d'>): KerasLayer {
  if (kind === 'zeroPadding1d') return without('ZeroPadding1D', { padding: pads });
  const [top, left, bottom, right] = pads;
  const padding = [
    [top, bottom],
    [left, right],
  ];
  return without('ZeroPadding2D', { padding, ...layout });
}

export function pooling(definition: DefinitionOf<`${'max' | 'average'}Pooling${'1d' | '2d'}`>): KerasLayer {
  const { kind, poolSize, strides, padding } = definition;
  const sizes = { pool_size: setting(poolSize), strides: setting(strides) };
  return without(className(kind), { ...sizes, padding, ...layout });
}

/** `globalMaxPooling1d` → `GlobalMaxPooling1D` */
export function className(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1, -1) + kind.slice(-1).toUpperCase();
}

function setting(values: readonly number[]): number | readonly number[] {
  return values.length === 1 ? (values[0] ?? 1) : values;
}
