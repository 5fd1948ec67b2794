/** Conv over one or two spatial axes: plain, in groups, or depthwise. */
import { type GraphNode, integer, optionalInput } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import type { Value } from '../../value.js';
import type { Padding } from '../layer-plan.js';
import type { Planner } from '../planner.js';
import { type NativeWeight, permutedWeight, plainWeight } from '../weights.js';
import { paddingOf, type Window, windowOf } from '../windows.js';

/** Native axis order in terms of ONNX's N, C, and then the spatial axes. */
export function channelsLast(rank: number): readonly number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1];
}

export function convolution(node: GraphNode, planner: Planner): void {
  const [, weightName = ''] = node.inputs;
  const weightShape = planner.constantShape(weightName);
  const x = picture(planner, node.inputs[0]);
  const [filters = 0, inputsPerGroup = 0, ...spatial] = weightShape;
  const window = windowOf(node, x.shape.slice(2), spatial);
  const groups = integer(node, 'group', 1);
  const depthwise = groups > 1 && inputsPerGroup === 1;
  const biasName = optionalInput(node, 2);
  const { activation, name } = planner.takeActivation(node.outputs[0] ?? '', false);
  const { tensor, padding } = pad(planner, x, window);
  const common = {
    kernelSize: window.kernel,
    strides: window.strides,
    dilationRate: window.dilations,
    padding,
    useBias: biasName !== undefined,
    activation,
  };
  const weights = [kernel(weightName, weightShape, depthwise ? groups : 1), ...bias(planner, biasName)];
  const is1d = spatial.length === 1;
  const output = depthwise
    ? planner.layer(
        {
          ...common,
          kind: is1d ? 'depthwiseConv1d' : 'depthwiseConv2d',
          depthMultiplier: filters / groups,
        },
        [tensor],
        weights,
      )
    : planner.layer({ ...common, kind: is1d ? 'conv1d' : 'conv2d', filters, groups }, [tensor], weights);
  const shape = planner.shape(node.outputs[0]);
  planner.define(name, { tensor: output, shape, axes: channelsLast(shape.length) });
}

/** The value as a picture, or a row, with its channels last. */
export function picture(planner: Planner, name: string | undefined): Value {
  const x = planner.value(name);
  const axes = x.shape.length - 2;
  if (axes !== 1 && axes !== 2) refuse(`over ${axes} spatial axes`);
  return planner.arrange(x, channelsLast(x.shape.length));
}

/** Pads that the layer has no word for become a layer of their own. */
function pad(planner: Planner, x: Value, window: Window): { tensor: number; padding: Padding } {
  const padding = paddingOf(window, x.shape.slice(2));
  if (padding !== 'explicit') return { tensor: x.tensor, padding };
  return { tensor: zeroPad(planner, x, window.pads), padding: 'valid' };
}

export function zeroPad(planner: Planner, x: Value, pads: readonly number[]): number {
  if (pads.some((pad) => pad < 0)) refuse('with negative pads');
  return planner.layer({ kind: pads.length === 2 ? 'zeroPadding1d' : 'zeroPadding2d', pads }, [x.tensor]);
}

/** ONNX [out, in / group, spatial…] → [spatial…, in / group, out], depthwise [spatial…, in, multiplier]. */
function kernel(name: string, shape: readonly number[], channels: number): NativeWeight {
  const [filters = 0, inputs = 0, ...spatial] = shape;
  if (channels === 1) {
    const order = [...spatial.map((_, axis) => axis + 2), 1, 0];
    return permutedWeight(name, shape, shape, order, [...spatial, inputs, filters]);
  }
  // Filters of one input channel follow one another in both layouts.
  const order = [...spatial.map((_, axis) => axis + 1), 0];
  const native = [...spatial, channels, filters / channels];
  return permutedWeight(name, shape, [filters, ...spatial], order, native);
}

function bias(planner: Planner, name: string | undefined): NativeWeight[] {
  return name === undefined ? [] : [plainWeight(name, planner.constantShape(name))];
}
