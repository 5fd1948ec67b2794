/** Layers without weights, which compute what one call does. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { sameList } from '../../lowering/lists.js';
import type { Tf } from '../tf.js';
import type { LayerOf, LayerTable, OwnLayer, Shapes } from './layer.js';
import { globalPooling } from './windows.js';

/** @param make a layer that merges operands of one shape */
function merging(make: (tf: Tf) => OwnLayer['layer']): LayerOf<'Add' | 'Mul' | 'Max' | 'Min'> {
  return (tf, _, { inputs }) =>
    sameList(at(inputs, 0), at(inputs, 1)) && at(inputs, 0).length > 1 ? { layer: make(tf) } : undefined;
}

const reshape: LayerOf<'Reshape'> = (tf, _, shapes) => {
  const [from, to] = [at(shapes.inputs, 0), at(shapes.outputs, 0)];
  if (!keepsBatch(shapes) || to.length < 2) return undefined;
  const isFlat = to.length === 2 && from.length > 2;
  return { layer: isFlat ? tf.layers.flatten() : tf.layers.reshape({ targetShape: to.slice(1) }) };
};

function keepsBatch({ inputs, outputs }: Shapes): boolean {
  const [from, to] = [at(inputs, 0), at(outputs, 0)];
  return from.length > 1 && from[0] === to[0] && elementCount(from.slice(1)) === elementCount(to.slice(1));
}

/** Zeros around an image. */
const pad: LayerOf<'Pad'> = (tf, { settings: { pads, value } }) => {
  const [batch, height, width, channels] = pads;
  if (value !== 0 || pads.length !== 4 || !batch || !height || !width || !channels) return undefined;
  if ([...batch, ...channels].some((count) => count > 0)) return undefined;
  return { layer: tf.layers.zeroPadding2d({ padding: [[...height], [...width]] }) };
};

export const plainLayers: LayerTable = {
  Relu: (tf) => ({ layer: tf.layers.reLU() }),
  Sigmoid: (tf) => ({ layer: tf.layers.activation({ activation: 'sigmoid' }) }),
  Tanh: (tf) => ({ layer: tf.layers.activation({ activation: 'tanh' }) }),
  Softmax: (tf) => ({ layer: tf.layers.softmax({ axis: -1 }) }),
  Elu: (tf, { settings }) => ({ layer: tf.layers.elu({ alpha: settings.alpha }) }),
  LeakyRelu: (tf, { settings }) => ({ layer: tf.layers.leakyReLU({ alpha: settings.alpha }) }),
  Add: merging((tf) => tf.layers.add()),
  Mul: merging((tf) => tf.layers.multiply()),
  Max: merging((tf) => tf.layers.maximum()),
  Min: merging((tf) => tf.layers.minimum()),
  Concat: (tf, { settings }) =>
    settings.axis > 0 ? { layer: tf.layers.concatenate({ axis: settings.axis }) } : undefined,
  Reshape: reshape,
  Transpose: (tf, { settings: { perm } }) =>
    perm.length > 1 && perm[0] === 0 ? { layer: tf.layers.permute({ dims: perm.slice(1) }) } : undefined,
  Pad: pad,
  ReduceMax: globalPooling('globalMaxPooling'),
  ReduceMean: globalPooling('globalAveragePooling'),
};
