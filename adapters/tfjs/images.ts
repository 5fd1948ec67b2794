/** Convolution and pooling over channels-last images, with what padding TensorFlow's `valid` and `same` can say. */
import { channelsLast } from '../lowering/axes.js';
import { type GraphNode, integer, shapeOf, type Window2d, window2d } from '../lowering/nodes.js';
import { input, output, refuse, wholeWeight } from './operators.js';
import type { PlannedValue, Planner } from './plan.js';

/** ONNX weight [filters, channels, height, width] → kernel [height, width, channels, filters]. */
export function convolution(node: GraphNode, planner: Planner): void {
  const window = window2d(planner.graph, node);
  if (!window) throw refuse(node, 'that is not two-dimensional');
  if (integer(node, 'group', 1) !== 1) throw refuse(node, `with ${integer(node, 'group', 1)} groups`);
  if (Math.max(...window.strides) > 1 && Math.max(...window.dilations) > 1)
    throw refuse(node, 'with strides and dilations');
  const kernel = wholeWeight(planner, node, 1, [2, 3, 1, 0]);
  const bias = node.inputs[2] ? [wholeWeight(planner, node, 2)] : [];
  const image = planner.withAxes(planner.value(input(node, 0)), channelsLast);
  const { source, padding } = pad(node, planner, image, window, true);
  const activation = planner.takeActivation(output(node));
  const config = {
    filters: kernel.shape[3],
    kernelSize: [...window.kernel],
    strides: [...window.strides],
    dilationRate: [...window.dilations],
    padding,
    useBias: bias.length > 0,
    activation: activation?.name ?? 'linear',
  };
  const layer = { kind: 'conv2d', config, inputs: [source], weights: [kernel, ...bias] };
  planner.add(layer, activation?.output ?? output(node), channelsLast);
}

export function pooling(kind: 'maxPooling2d' | 'averagePooling2d') {
  return (node: GraphNode, planner: Planner): void => {
    const window = window2d(planner.graph, node);
    if (!window) throw refuse(node, 'that is not two-dimensional');
    if (node.outputs[1]) throw refuse(node, 'with indices as a second output');
    if (window.dilations.some((dilation) => dilation !== 1)) throw refuse(node, 'with dilations');
    if (window.ceil) throw refuse(node, 'with ceil_mode');
    const image = planner.withAxes(planner.value(input(node, 0)), channelsLast);
    // TensorFlow averages over what lies inside the image; zeros that count have to be put there.
    const zerosCount = kind === 'averagePooling2d' && integer(node, 'count_include_pad', 0) === 1;
    const { source, padding } = pad(node, planner, image, window, zerosCount);
    const config = { poolSize: [...window.kernel], strides: [...window.strides], padding };
    planner.add({ kind, config, inputs: [source], weights: [] }, output(node), channelsLast);
  };
}

/** `valid`, or `same` where its padding is the very same, or zeros put around the image where those are meant. */
function pad(node: GraphNode, planner: Planner, image: PlannedValue, window: Window2d, zeros: boolean) {
  const { pads } = window;
  if (pads.every((extent) => extent === 0)) return { source: image.id, padding: 'valid' };
  const isSame = samePads(planner, node, window).every((extent, side) => extent === pads[side]);
  const counts = node.operator === 'AveragePool' && zeros;
  if (isSame && !counts) return { source: image.id, padding: 'same' };
  if (!zeros) throw refuse(node, `with pads ${pads.join(', ')}`);
  const [top, left, bottom, right] = pads;
  const source = `${output(node)}/padded`;
  const config = {
    padding: [
      [top, bottom],
      [left, right],
    ],
  };
  planner.addMany({ kind: 'zeroPadding2d', config, inputs: [image.id], weights: [] }, [
    { name: source, axes: channelsLast },
  ]);
  return { source, padding: 'valid' };
}

/** What TensorFlow's `same` pads: as much as ⌈extent / stride⌉ windows need, the odd element at the end. */
function samePads(planner: Planner, node: GraphNode, { kernel, strides, dilations }: Window2d): number[] {
  const totals = shapeOf(planner.graph, input(node, 0))
    .slice(2)
    .map((extent, axis) => {
      const [stride = 1, size = 1, dilation = 1] = [strides[axis], kernel[axis], dilations[axis]];
      return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + (size - 1) * dilation + 1 - extent);
    });
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - (before[axis] ?? 0))];
}
