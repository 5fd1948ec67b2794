/** Conv over two spatial axes: plain or depthwise. */
import { type GraphNode, integer, optionalInput } from '../attributes.js';
import type { Padding } from '../layer-plan.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { extent, type Value } from '../value.js';
import { type NativeWeight, permutedWeight, plainWeight } from '../weights.js';
import { type Pads, paddingOf, type Window, windowOf } from '../windows.js';

/** Native axis order of a picture: N, H, W, C in terms of ONNX's N, C, H, W. */
export const channelsLast = [0, 2, 3, 1];

export function convolution(node: GraphNode, planner: Planner): void {
  const [, weightName = ''] = node.inputs;
  const weightShape = planner.constantShape(weightName);
  const x = picture(planner, node.inputs[0]);
  const [filters = 0, inputsPerGroup = 0] = weightShape;
  const window = windowOf(node, x.shape.slice(2), weightShape.slice(2));
  const group = integer(node, 'group', 1);
  const depthwise = group > 1 && inputsPerGroup === 1 && group === extent(x, 1);
  if (group !== 1 && !depthwise) refuse(`with group ${group}`);
  checkDilations(window, depthwise);
  const biasName = optionalInput(node, 2);
  const { activation, name } = planner.takeActivation(node.outputs[0] ?? '', false);
  const { tensor, padding } = pad(planner, x, window);
  const common = {
    kernelSize: window.kernel,
    strides: window.strides,
    padding,
    useBias: biasName !== undefined,
    activation,
  };
  const weights = [kernel(weightName, weightShape, depthwise ? group : 1), ...bias(planner, biasName)];
  const output = depthwise
    ? planner.layer(
        { ...common, kind: 'depthwiseConv2d', depthMultiplier: filters / group },
        [tensor],
        weights,
      )
    : planner.layer(
        { ...common, kind: 'conv2d', filters, dilationRate: window.dilations },
        [tensor],
        weights,
      );
  planner.define(name, { tensor: output, shape: planner.shape(node.outputs[0]), axes: channelsLast });
}

/** The value as a picture with its channels last. */
export function picture(planner: Planner, name: string | undefined): Value {
  const x = planner.value(name);
  if (x.shape.length !== 4) refuse(`over ${x.shape.length - 2} spatial axes`);
  return planner.arrange(x, channelsLast);
}

/** Pads that the layer has no word for become a layer of their own. */
function pad(planner: Planner, x: Value, window: Window): { tensor: number; padding: Padding } {
  const padding = paddingOf(window, x.shape.slice(2));
  if (padding !== 'explicit') return { tensor: x.tensor, padding };
  return { tensor: zeroPad(planner, x, window.pads), padding: 'valid' };
}

export function zeroPad(planner: Planner, x: Value, pads: Pads): number {
  if (pads.some((pad) => pad < 0)) refuse('with negative pads');
  return planner.layer({ kind: 'zeroPadding2d', pads }, [x.tensor]);
}

/** ONNX [out, in / group, h, w] → [h, w, in, out], depthwise [h, w, in, multiplier]. */
function kernel(name: string, shape: readonly number[], group: number): NativeWeight {
  const [filters = 0, inputs = 0, height = 0, width = 0] = shape;
  if (group === 1) return permutedWeight(name, shape, shape, [2, 3, 1, 0], [height, width, inputs, filters]);
  // Filters of one input channel follow one another in both layouts.
  const view = [filters, height, width];
  return permutedWeight(name, shape, view, [1, 2, 0], [height, width, group, filters / group]);
}

function bias(planner: Planner, name: string | undefined): NativeWeight[] {
  return name === undefined ? [] : [plainWeight(name, planner.constantShape(name))];
}

function checkDilations({ dilations, strides }: Window, depthwise: boolean): void {
  if (dilations.every((dilation) => dilation === 1)) return;
  // TensorFlow.js's layer ignores them.
  if (depthwise) refuse(`with dilations ${dilations} and a group for each channel`);
  if (strides.some((stride) => stride !== 1)) refuse(`with dilations ${dilations} and strides ${strides}`);
}
