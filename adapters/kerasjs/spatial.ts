/** Layers of Keras.js over one to three spatial axes. Over one axis, settings are numbers instead of lists of one. */
import { at } from '../../common/at.js';
import type { PerAxis } from '../lowering/operations/operation.js';
import { paddingOf } from '../lowering/operations/same-pads.js';
import type { PlannedOperation } from '../lowering/plan.js';
import { fused, type KerasLayer, kernelAndBias, without } from './keras-layer.js';

type Of<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

export function spatial(operation: PlannedOperation, x: PerAxis, weight: PerAxis): KerasLayer {
  const axes = x.length - 2;
  const layer = (name: string, config: Readonly<Record<string, unknown>>) =>
    without(`${name}${axes}D`, { ...config, data_format: 'channels_last' });
  switch (operation.kind) {
    case 'Conv':
      return { ...layer('Conv', convolution(operation, x, weight)), weightNames: kernelAndBias };
    case 'MaxPool':
      return layer('MaxPooling', pooling(operation, x));
    case 'AveragePool':
      return layer('AveragePooling', pooling(operation, x));
    case 'ReduceMax':
      return layer('GlobalMaxPooling', {});
    case 'ReduceMean':
      return layer('GlobalAveragePooling', {});
    case 'Pad':
      return layer('ZeroPadding', { padding: setting(operation.settings.pads.slice(1, -1)) });
    default:
      throw new Error(`${operation.kind} is no layer of Keras.js`);
  }
}

function convolution({ settings, inputs, activation }: Of<'Conv'>, x: PerAxis, weight: PerAxis) {
  const kernel = weight.slice(0, -2);
  return {
    filters: at(weight, -1),
    kernel_size: setting(kernel),
    strides: setting(settings.strides),
    padding: paddingOf(settings, x.slice(1, -1), kernel),
    dilation_rate: setting(settings.dilations),
    ...fused(activation),
    use_bias: inputs.length === 3,
  };
}

function pooling({ settings }: Of<'MaxPool' | 'AveragePool'>, x: PerAxis) {
  return {
    pool_size: setting(settings.kernel),
    strides: setting(settings.strides),
    padding: paddingOf(settings, x.slice(1, -1), settings.kernel),
  };
}

function setting<Each>(values: readonly Each[]): Each | readonly Each[] {
  return values.length === 1 ? at(values, 0) : values;
}
