/** Operators that put the results of windows back where they came from. */
import { elementCount } from '../../../model/graph.js';
import { integers } from '../attributes.js';
import { cast, expand, one, pad, reshape, scalar, transpose } from '../operations/emitter.js';
import { filterAxes, pictureAxes } from '../operations/layout.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';

/** Each maximum at its position, zeros elsewhere. Positions count in the picture that the windows alone give. */
const maxUnpool: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const kernel = integers(node, 'kernel_shape');
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
    const cut = (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    return ((x.shape[axis + 2] ?? 1) - 1) * (strides[axis] ?? 1) + extent - cut;
  });
  const shape = [...x.shape.slice(0, 2), ...extents];
  const wanted = p.shape(outputOf(node));
  if (wanted.some((extent, axis) => extent < (shape[axis] ?? 1)))
    refuse('output_shape is smaller than the windows give');
  const count = elementCount(x.shape);
  const positions = reshape(p, cast(p, p.plain(inputOf(node, 1)), p.held('int64')), [count]);
  const empty = expand(p, scalar(p, x, 0), [elementCount(shape)]);
  const settings = { axis: 0, reduction: 'none' } as const;
  const found = one(p, 'ScatterElements', settings, [empty, positions, reshape(p, x, [count])], empty);
  const around = wanted.map((extent, axis): readonly [number, number] => [0, extent - (shape[axis] ?? 1)]);
  p.define(outputOf(node), pad(p, reshape(p, found, shape), around, 0));
};

/** Blocks added where they overlap: a transposed convolution with filters that have a single 1, each at another place. */
const col2Im: Canonicaliser = (node, p) => {
  const image = p.numbers(inputOf(node, 1));
  const block = p.numbers(inputOf(node, 2));
  if (image.length < 1 || image.length > 3) refuse(`${image.length} spatial axes are not supported`);
  const given = p.plain(inputOf(node, 0));
  const [batch = 1, rows = 1] = given.shape;
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
    around[axis] ?? 0,
    around[axis + image.length] ?? 0,
  ]);
  /** From the first place of a block in the padded picture to the last that there is. */
  const room = image.map((extent, axis) => {
    const [before, behind] = pads[axis] ?? [0, 0];
    return extent + before + behind - (dilations[axis] ?? 1) * ((block[axis] ?? 1) - 1) - 1;
  });
  const blocks = room.map((length, axis) => Math.floor(length / (strides[axis] ?? 1)) + 1);
  const outputPadding = room.map((length, axis) => length % (strides[axis] ?? 1));
  const pictures = (batch * rows) / size;
  const { channels } = p.capabilities;
  const axes = pictureAxes(channels, image.length + 2);
  const x = transpose(p, reshape(p, given, [pictures, size, ...blocks]), axes);
  const identity = Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0));
  const order = filterAxes(channels, image.length + 2);
  const filters = p.literal(
    x.type,
    order.map((axis) => [size, 1, ...block][axis] ?? 1),
    identity,
  );
  const settings = { strides, dilations, pads, outputPadding, group: 1 };
  const shape = axes.map((axis) => [pictures, 1, ...image][axis] ?? 1);
  const result = { type: x.type, shape };
  const found = one(p, 'ConvTranspose', settings, [x, filters], result);
  p.define(outputOf(node), reshape(p, found, p.shape(outputOf(node))));
};

export const unpooling: Canonicalisers = { MaxUnpool: maxUnpool, Col2Im: col2Im };
