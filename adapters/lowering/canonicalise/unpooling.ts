/** MaxUnpool and Col2Im, which put elements of windows back into an image. */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { integers, requiredIntegers } from '../attributes.js';
import { cast, expand, one, pad, reshape, scalar, transpose } from '../operations/emitter.js';
import { filterAxes, imageAxes } from '../operations/layout.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';

/** Each maximum at its position, zeros elsewhere. Positions are of the image without output_shape. */
const maxUnpool: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const kernel = requiredIntegers(node, 'kernel_shape');
  const strides = integers(
    node,
    'strides',
    kernel.map(() => 1),
  );
  const pads = integers(
    node,
    'pads',
    [...kernel, ...kernel].map(() => 0),
  );
  const extents = kernel.map((extent, axis) => {
    const cut = at(pads, axis) + at(pads, axis + kernel.length);
    return (at(x.shape, axis + 2) - 1) * at(strides, axis) + extent - cut;
  });
  const shape = [...x.shape.slice(0, 2), ...extents];
  const wanted = p.shape(outputOf(node));
  if (wanted.some((extent, axis) => extent < at(shape, axis)))
    refuse('output_shape smaller than kernel, strides and pads give is not supported');
  const count = elementCount(x.shape);
  const positions = reshape(p, cast(p, p.plain(inputOf(node, 1)), p.held('int64')), [count]);
  const empty = expand(p, scalar(p, x, 0), [elementCount(shape)]);
  const settings = { axis: 0, reduction: 'none' } as const;
  const found = one(p, 'ScatterElements', settings, [empty, positions, reshape(p, x, [count])], empty);
  const around = wanted.map((extent, axis): readonly [number, number] => [0, extent - at(shape, axis)]);
  p.define(outputOf(node), pad(p, reshape(p, found, shape), around, 0));
};

/** Overlapping blocks are added: a transposed convolution with one-hot filters, one for each place of a block. */
const col2Im: Canonicaliser = (node, p) => {
  const image = p.numbers(inputOf(node, 1));
  const block = p.numbers(inputOf(node, 2));
  if (image.length < 1 || image.length > 3) refuse(`${image.length} spatial axes are not supported`);
  const given = p.plain(inputOf(node, 0));
  const [batch, rows] = leading(given.shape, 2);
  const size = elementCount(block);
  const strides = integers(
    node,
    'strides',
    image.map(() => 1),
  );
  const dilations = integers(
    node,
    'dilations',
    image.map(() => 1),
  );
  const around = integers(
    node,
    'pads',
    [...image, ...image].map(() => 0),
  );
  const pads = image.map((_, axis): readonly [number, number] => [
    at(around, axis),
    at(around, axis + image.length),
  ]);
  /** Distance from the first to the last position of a block in the padded image. */
  const room = image.map((extent, axis) => {
    const [before, behind] = at(pads, axis);
    return extent + before + behind - at(dilations, axis) * (at(block, axis) - 1) - 1;
  });
  const blocks = room.map((length, axis) => Math.floor(length / at(strides, axis)) + 1);
  const outputPadding = room.map((length, axis) => length % at(strides, axis));
  const images = (batch * rows) / size;
  const { channels } = p.capabilities;
  const axes = imageAxes(channels, image.length + 2);
  const x = transpose(p, reshape(p, given, [images, size, ...blocks]), axes);
  const identity = Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0));
  const order = filterAxes(channels, image.length + 2);
  const filters = p.literal(
    x.type,
    order.map((axis) => at([size, 1, ...block], axis)),
    identity,
  );
  const settings = { strides, dilations, pads, outputPadding, group: 1 };
  const shape = axes.map((axis) => at([images, 1, ...image], axis));
  const result = { type: x.type, shape };
  const found = one(p, 'ConvTranspose', settings, [x, filters], result);
  p.define(outputOf(node), reshape(p, found, p.shape(outputOf(node))));
};

export const unpooling: Canonicalisers = { MaxUnpool: maxUnpool, Col2Im: col2Im };
