/** Operations over windows as their meaning says: an element at a time. */
import type { Capabilities } from '../../adapters/lowering/capabilities.js';
import { filterAxes, imageAxes } from '../../adapters/lowering/operations/layout.js';
import type { Operations, PerAxis } from '../../adapters/lowering/operations/operation.js';
import { permute, sortedPositions } from '../../adapters/lowering/permute.js';
import { at, built, type Plain } from './plain-tensors.js';

type Channels = Capabilities['channels'];
const scalar: Plain = { shape: [], data: new Float64Array(1) };

/** In ONNX's order of axes, and back. */
function moved(x: Plain, order: readonly number[]): Plain {
  return { shape: order.map((axis) => x.shape[axis] ?? 1), data: permute(x.data, x.shape, order) };
}
const fromImage = (x: Plain, channels: Channels) =>
  moved(x, sortedPositions(imageAxes(channels, x.shape.length)));
const toImage = (x: Plain, channels: Channels) => moved(x, imageAxes(channels, x.shape.length));
const fromFilters = (x: Plain, channels: Channels) =>
  moved(x, sortedPositions(filterAxes(channels, x.shape.length)));

function isInside(x: Plain, place: readonly number[]): boolean {
  return place.every((own, axis) => own >= 0 && own < (x.shape[axis + 2] ?? 1));
}

interface Walk {
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Operations['Conv']['pads'];
}

function placesOf(x: Plain, kernel: PerAxis, { strides, dilations, pads }: Walk): number[] {
  return kernel.map((extent, axis) => {
    const padded = (x.shape[axis + 2] ?? 1) + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0);
    return Math.floor((padded - (extent - 1) * (dilations[axis] ?? 1) - 1) / (strides[axis] ?? 1)) + 1;
  });
}

function sourceOf(
  place: readonly number[],
  offset: readonly number[],
  { strides, dilations, pads }: Walk,
): number[] {
  return offset.map(
    (own, axis) =>
      (place[axis] ?? 0) * (strides[axis] ?? 1) + own * (dilations[axis] ?? 1) - (pads[axis]?.[0] ?? 0),
  );
}

export function convolved(inputs: readonly Plain[], settings: Operations['Conv'], channels: Channels): Plain {
  const x = fromImage(inputs[0] ?? scalar, channels);
  const filters = fromFilters(inputs[1] ?? scalar, channels);
  const [results = 1, depth = 1, ...kernel] = filters.shape;
  const made = built(
    [x.shape[0] ?? 1, results, ...placesOf(x, kernel, settings)],
    ([n = 0, m = 0, ...place]) => {
      const first = Math.floor(m / (results / settings.group)) * depth;
      let sum = inputs[2] ? at(inputs[2], [m]) : 0;
      built([depth, ...kernel], ([c = 0, ...offset]) => {
        const source = sourceOf(place, offset, settings);
        if (isInside(x, source)) sum += at(x, [n, first + c, ...source]) * at(filters, [m, c, ...offset]);
        return 0;
      });
      return sum;
    },
  );
  return toImage(made, channels);
}

export function transposedConvolved(
  inputs: readonly Plain[],
  settings: Operations['ConvTranspose'],
  channels: Channels,
): Plain {
  const x = fromImage(inputs[0] ?? scalar, channels);
  const filters = fromFilters(inputs[1] ?? scalar, channels);
  const [depth = 1, width = 1, ...kernel] = filters.shape;
  const { strides, dilations, pads, outputPadding, group } = settings;
  const places = kernel.map((extent, axis) => {
    const reach = (extent - 1) * (dilations[axis] ?? 1) + 1;
    const whole = ((x.shape[axis + 2] ?? 1) - 1) * (strides[axis] ?? 1) + reach;
    return whole - (pads[axis]?.[0] ?? 0) - (pads[axis]?.[1] ?? 0) + (outputPadding[axis] ?? 0);
  });
  const made = built([x.shape[0] ?? 1, width * group, ...places], ([, m = 0]) =>
    inputs[2] ? at(inputs[2], [m]) : 0,
  );
  const size = depth / group;
  // Every element of the image is added where its filter puts it.
  built([x.shape[0] ?? 1, depth, width, ...kernel], ([n = 0, c = 0, m = 0, ...offset]) => {
    built(x.shape.slice(2), (place) => {
      const target = sourceOf(place, offset, settings);
      if (!target.every((own, axis) => own >= 0 && own < (places[axis] ?? 1))) return 0;
      const full = [n, Math.floor(c / size) * width + m, ...target];
      const flat = full.reduce((sum, own, axis) => sum * (made.shape[axis] ?? 1) + own, 0);
      made.data[flat] = (made.data[flat] ?? 0) + at(x, [n, c, ...place]) * at(filters, [c, m, ...offset]);
      return 0;
    });
    return 0;
  });
  return toImage(made, channels);
}

export function pooled(
  inputs: readonly Plain[],
  settings: Operations['AveragePool'],
  channels: Channels,
  kind: 'max' | 'mean',
): Plain {
  const x = fromImage(inputs[0] ?? scalar, channels);
  const [batch = 1, depth = 1] = x.shape;
  const made = built(
    [batch, depth, ...placesOf(x, settings.kernel, settings)],
    ([n = 0, c = 0, ...place]) => {
      const values: number[] = [];
      built(settings.kernel, (offset) => {
        const source = sourceOf(place, offset, settings);
        if (isInside(x, source)) values.push(at(x, [n, c, ...source]));
        else if (settings.countPads) values.push(0);
        return 0;
      });
      return kind === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
    },
  );
  return toImage(made, channels);
}
