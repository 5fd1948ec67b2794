/** Order of the axes of images (feature maps) and filters in a backend. */
import type { Capabilities } from '../capabilities.js';

type Channels = Capabilities['channels'];

/** ONNX axis at each native position of [N, C, spatial]. */
export function imageAxes(channels: Channels, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return channels === 'first' ? axes : [0, ...axes.slice(2), 1];
}

/** ONNX axis at each native position of filters of Conv and ConvTranspose: [a, b, kernel] is [kernel, b, a] where channels are last. */
export function filterAxes(channels: Channels, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return channels === 'first' ? axes : [...axes.slice(2), 1, 0];
}

/** Native positions of the spatial axes of an image. */
export function spatialAxes(channels: Channels, rank: number): readonly number[] {
  return Array.from({ length: rank - 2 }, (_, axis) => axis + (channels === 'first' ? 2 : 1));
}

export function channelAxis(channels: Channels, rank: number): number {
  return channels === 'first' ? 1 : rank - 1;
}

/** Native positions of the spatial axes of filters. */
export function kernelAxes(channels: Channels, rank: number): readonly number[] {
  return Array.from({ length: rank - 2 }, (_, axis) => axis + (channels === 'first' ? 2 : 0));
}
