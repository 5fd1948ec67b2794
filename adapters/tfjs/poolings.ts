/** Poolings and pads: a layer of the Layers API where it has one, else its operations in a layer of one's own. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { DefinitionOf } from '../lowering/layers/layer-plan.js';
import { pair } from './convolutions.js';
import { customLayer, type Inner, type Operation, present } from './custom-layer.js';
import type { Layer, Tf } from './tf.js';

type Over = '1d' | '2d';
type Plain = DefinitionOf<`${'max' | 'average'}Pooling${Over}`>;
type Padded = DefinitionOf<`padded${'Max' | 'Average'}Pooling${Over}`>;
type Dilated = DefinitionOf<`dilatedMaxPooling${Over}`>;
/** Before and behind. */
type Pads = [number, number];
const nothing: Pads = [0, 0];

type ZeroPadding = DefinitionOf<`zeroPadding${Over}`>;

export function pooling(tf: Tf, { kind, poolSize, strides, padding }: Plain): Layer {
  return kind === 'maxPooling2d' || kind === 'averagePooling2d'
    ? tf.layers[kind]({ poolSize: pair(poolSize), strides: pair(strides), padding })
    : tf.layers[kind]({ poolSize: poolSize[0] ?? 1, strides: strides[0] ?? 1, padding });
}

export function zeroPadding(tf: Tf, { kind, pads }: ZeroPadding): Layer {
  const [first = nothing, second = nothing] = pairsOf(pads);
  if (kind === 'zeroPadding2d') return tf.layers.zeroPadding2d({ padding: [first, second] });
  return customLayer(tf, {
    compute: ([x]) => tf.pad(present(x), [nothing, first, nothing]),
    outputShape: ([[length = 0, channels = 0] = []]) => [length + first[0] + first[1], channels],
  });
}

/** Pads that count neither for the maximum nor for the average. */
export function paddedPooling(tf: Tf, definition: Padded): Layer {
  const { kind, poolSize, strides, pads } = definition;
  const isMaximum = kind === 'paddedMaxPooling1d' || kind === 'paddedMaxPooling2d';
  const pool = isMaximum ? tf.maxPool : tf.avgPool;
  const [height = nothing, width = nothing] = asPicture(pairsOf(pads), nothing);
  const [size, steps] = [pair(asPicture(poolSize, 1)), pair(asPicture(strides, 1))];
  // TensorFlow's own library has its two paddings only.
  const compute =
    tf.getBackend() === 'tensorflow' && isMaximum
      ? (x: Tensor) => tf.maxPool(lowPads(tf, x, [height, width]), size, steps, 'valid')
      : (x: Tensor) => pool(x as Tensor4D, size, steps, [nothing, height, width, nothing], 'floor');
  return customLayer(tf, overPicture(tf, definition, compute));
}

/** The operation has TensorFlow's two paddings only. */
export function dilatedPooling(tf: Tf, definition: Dilated): Layer {
  const { poolSize, strides, dilationRate, pads } = definition;
  const [size, steps] = [pair(asPicture(poolSize, 1)), pair(asPicture(strides, 1))];
  const rates = pair(asPicture(dilationRate, 1));
  const [height = nothing, width = nothing] = asPicture(pairsOf(pads), nothing);
  const isPadded = pads.some((pad) => pad > 0);
  const compute = (x: Tensor) => {
    const padded = isPadded ? lowPads(tf, x, [height, width]) : (x as Tensor4D);
    return tf.pool(padded, size, 'max', 'valid', rates, steps);
  };
  return customLayer(tf, overPicture(tf, definition, compute));
}

/** Pads that no maximum chooses. */
function lowPads(tf: Tf, x: Tensor, [height, width]: readonly [Pads, Pads]): Tensor4D {
  return tf.pad(x as Tensor4D, [nothing, height, width, nothing], Number.NEGATIVE_INFINITY);
}

/** A row is a picture of width 1 on the way, as TensorFlow.js has it in its own layers. */
function overPicture(tf: Tf, definition: Padded | Dilated, compute: (x: Tensor) => Tensor): Operation {
  const { poolSize, strides, pads } = definition;
  const isRow = poolSize.length === 1;
  const rates = 'dilationRate' in definition ? definition.dilationRate : [];
  return {
    compute: ([x]) => {
      const given = present(x);
      return isRow ? tf.squeeze(compute(tf.expandDims(given, 2)), [2]) : compute(given);
    },
    outputShape: ([shape = []]): Inner => {
      const spatial = shape.slice(0, -1).map((length, axis) => {
        const padded = length + (pads[axis] ?? 0) + (pads[axis + poolSize.length] ?? 0);
        const extent = ((poolSize[axis] ?? 1) - 1) * (rates[axis] ?? 1) + 1;
        return Math.floor((padded - extent) / (strides[axis] ?? 1)) + 1;
      });
      return [...spatial, shape.at(-1) ?? 0];
    },
  };
}

/** What a row lacks of a picture. */
function asPicture<Item>(items: readonly Item[], missing: Item): readonly Item[] {
  return items.length === 1 ? [...items, missing] : items;
}

/** Before and behind, for each axis. */
function pairsOf(pads: readonly number[]): Pads[] {
  const axes = pads.length / 2;
  return Array.from({ length: axes }, (_, axis) => [pads[axis] ?? 0, pads[axis + axes] ?? 0]);
}
