/** The ONNX operators as layers of TensorFlow.js. Each says what of its attributes it cannot express. */
import {
  type Axes,
  channelsLast,
  gatherIndex,
  identity,
  squeezed,
  transposed,
  unsqueezed,
} from '../lowering/axes.js';
import { type GraphNode, integer, integers, isWeight, shapeOf } from '../lowering/nodes.js';
import { convolution, pooling } from './images.js';
import { lstm } from './lstm.js';
import { type PlannedValue, type Planner, Unlowerable, type WeightPlan } from './plan.js';

export type Lower = (node: GraphNode, planner: Planner) => void;

export const operators: Readonly<Record<string, Lower>> = {
  Conv: convolution,
  MaxPool: pooling('maxPooling2d'),
  AveragePool: pooling('averagePooling2d'),
  GlobalAveragePool: globalPooling('globalAveragePooling2d'),
  GlobalMaxPool: globalPooling('globalMaxPooling2d'),
  Gemm: gemm,
  LSTM: lstm,
  Relu: elementwise('activation', () => ({ activation: 'relu' })),
  Sigmoid: elementwise('activation', () => ({ activation: 'sigmoid' })),
  Tanh: elementwise('activation', () => ({ activation: 'tanh' })),
  LeakyRelu: elementwise('leakyReLU', (node) => ({ alpha: float(node, 'alpha', 0.01) })),
  Elu: elementwise('elu', (node) => ({ alpha: float(node, 'alpha', 1) })),
  Identity: (node, planner) => {
    const value = planner.value(input(node, 0));
    planner.alias(output(node), value, value.axes, value.featureIndex);
  },
  Softmax: softmax,
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Add: merge('add'),
  Mul: merge('multiply'),
  BatchNormalization: batchNormalisation,
};

export function input(node: GraphNode, index: number): string {
  return node.inputs[index] ?? '';
}

export function output(node: GraphNode): string {
  return node.outputs[0] ?? '';
}

export function refuse(node: GraphNode, why: string): Unlowerable {
  return new Unlowerable(`${node.operator} (${node.name}) ${why}`);
}

/** All elements of an ONNX weight, its axes in a native order. */
export function wholeWeight(planner: Planner, node: GraphNode, index: number, axes?: Axes): WeightPlan {
  const source = input(node, index);
  if (!isWeight(planner.graph, source))
    throw refuse(node, `whose input ${index + 1} is computed, not a constant`);
  const shape = shapeOf(planner.graph, source);
  const order = axes ?? identity(shape.length);
  return { source, shape: order.map((axis) => shape[axis] ?? 1), index: gatherIndex(shape, order) };
}

function float(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

function elementwise(kind: string, config: (node: GraphNode) => Record<string, unknown>): Lower {
  return (node, planner) => {
    const value = planner.value(input(node, 0));
    const layer = { kind, config: config(node), inputs: [value.id], weights: [] };
    planner.add(layer, output(node), value.axes, value.featureIndex);
  };
}

/** Over the last native axis. Before operator set 13 the default axis is 1, of the input flattened to a matrix there. */
function softmax(node: GraphNode, planner: Planner): void {
  const value = planner.inOnnxOrder(planner.value(input(node, 0)));
  const rank = value.shape.length;
  const axis = integer(node, 'axis', planner.graph.opset >= 13 ? -1 : 1);
  const normal = axis < 0 ? axis + rank : axis;
  const flattens = planner.graph.opset < 13 && normal !== rank - 1;
  if (flattens || value.axes.at(-1) !== normal) throw refuse(node, `over axis ${axis}`);
  planner.add({ kind: 'softmax', config: {}, inputs: [value.id], weights: [] }, output(node), value.axes);
}

/** A dense layer. Behind a flattened image its kernel's rows follow the image's native order instead. */
function gemm(node: GraphNode, planner: Planner): void {
  const value = planner.value(input(node, 0));
  const plain =
    integer(node, 'transA', 0) === 0 && float(node, 'alpha', 1) === 1 && float(node, 'beta', 1) === 1;
  if (!plain || value.shape.length !== 2) throw refuse(node, 'with transA, alpha or beta');
  const isTransposed = integer(node, 'transB', 0) === 1;
  const kernel = wholeWeight(planner, node, 1, isTransposed ? [1, 0] : [0, 1]);
  const [rows = 0, units = 0] = kernel.shape;
  const { featureIndex } = value;
  const index = featureIndex
    ? Int32Array.from(kernel.index, (_, place) => {
        const row = featureIndex[Math.floor(place / units)] ?? 0;
        return kernel.index[row * units + (place % units)] ?? 0;
      })
    : kernel.index;
  const bias = node.inputs[2] ? wholeWeight(planner, node, 2) : undefined;
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== units))
    throw refuse(node, 'whose bias is broadcast');
  const activation = planner.takeActivation(output(node));
  const config = { units, useBias: bias !== undefined, activation: activation?.name ?? 'linear' };
  const weights = [{ ...kernel, shape: [rows, units], index }, ...(bias ? [bias] : [])];
  planner.add(
    { kind: 'dense', config, inputs: [value.id], weights },
    activation?.output ?? output(node),
    [0, 1],
  );
}

function flatten(node: GraphNode, planner: Planner): void {
  const value = planner.value(input(node, 0));
  if (integer(node, 'axis', 1) !== 1) throw refuse(node, `at axis ${integer(node, 'axis', 1)}`);
  toMatrix(node, planner, value.axes);
}

/** [N, …] → [N, features]: free of moves; what order the features are in is remembered. */
function toMatrix(node: GraphNode, planner: Planner, axes: Axes): void {
  const value = planner.value(input(node, 0));
  if (axes[0] !== 0) throw refuse(node, 'of a value whose batch is not its first axis');
  const inner = axes.slice(1).map((axis) => axis - 1);
  const index = gatherIndex(value.shape.slice(1), inner);
  const isMoved = index.some((onnx, native) => onnx !== native);
  const layer = { kind: 'flatten', config: {}, inputs: [value.id], weights: [] };
  if (axes.length === 2) planner.alias(output(node), value, [0, 1], value.featureIndex);
  else planner.add(layer, output(node), [0, 1], isMoved ? index : undefined);
}

/** To a matrix like Flatten; else in ONNX's own order of axes, the batch kept. */
function reshape(node: GraphNode, planner: Planner): void {
  const value = planner.value(input(node, 0));
  const shape = shapeOf(planner.graph, output(node));
  if (shape[0] !== value.shape[0]) throw refuse(node, 'that changes the batch dimension');
  if (shape.length === 2 && value.shape.length > 2) {
    toMatrix(node, planner, value.axes);
    return;
  }
  const plain = planner.withAxes(planner.inOnnxOrder(value), identity(value.shape.length));
  const config = { targetShape: shape.slice(1) };
  planner.add(
    { kind: 'reshape', config, inputs: [plain.id], weights: [] },
    output(node),
    identity(shape.length),
  );
}

function transpose(node: GraphNode, planner: Planner): void {
  const value = planner.inOnnxOrder(planner.value(input(node, 0)));
  const rank = value.shape.length;
  const perm = integers(node, 'perm', [...identity(rank)].reverse());
  planner.alias(output(node), value, transposed(value.axes, perm));
}

function axesOf(node: GraphNode, planner: Planner, rank: number): number[] {
  const given = node.attributes.axes === undefined ? constantAxes(node, planner) : integers(node, 'axes', []);
  return given.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Which axes they are follows from the shapes: their number is all that the weight's own shape tells. */
function constantAxes(node: GraphNode, planner: Planner): number[] {
  const [from, to] = [shapeOf(planner.graph, input(node, 0)), shapeOf(planner.graph, output(node))];
  const [longer, shorter] = from.length > to.length ? [from, to] : [to, from];
  const removed: number[] = [];
  let place = 0;
  longer.forEach((extent, axis) => {
    const leftOver = longer.length - axis > shorter.length - place;
    if (extent === 1 && leftOver && shorter[place] !== 1) removed.push(axis);
    else if (extent === 1 && leftOver && longer.slice(axis).every((rest) => rest === 1)) removed.push(axis);
    else place += 1;
  });
  if (removed.length !== longer.length - shorter.length) throw refuse(node, 'whose axes are ambiguous');
  return removed;
}

/**
 * Where several axes have extent 1, which of them go makes no difference to the data: those that the native value does
 * not hold anyway, where their number is right.
 */
function absentAxes(node: GraphNode, planner: Planner, value: PlannedValue): number[] | undefined {
  const wanted = shapeOf(planner.graph, output(node));
  const absent = value.shape.map((_, axis) => axis).filter((axis) => !value.axes.includes(axis));
  const left = value.shape.filter((_, axis) => !absent.includes(axis));
  return absent.length > 0 && left.join() === wanted.join() ? absent : undefined;
}

function squeeze(node: GraphNode, planner: Planner): void {
  const value = planner.inOnnxOrder(planner.value(input(node, 0)));
  const removed = absentAxes(node, planner, value) ?? axesOf(node, planner, value.shape.length);
  const axes = squeezed(value.axes, removed);
  if (axes) {
    planner.alias(output(node), value, axes);
    return;
  }
  const shape = shapeOf(planner.graph, output(node));
  const plain = planner.withAxes(value, identity(value.shape.length));
  if (removed.includes(0)) throw refuse(node, 'of the batch axis');
  const config = { targetShape: shape.slice(1) };
  planner.add(
    { kind: 'reshape', config, inputs: [plain.id], weights: [] },
    output(node),
    identity(shape.length),
  );
}

function unsqueeze(node: GraphNode, planner: Planner): void {
  const value = planner.inOnnxOrder(planner.value(input(node, 0)));
  planner.alias(
    output(node),
    value,
    unsqueezed(value.axes, axesOf(node, planner, shapeOf(planner.graph, output(node)).length)),
  );
}

function concat(node: GraphNode, planner: Planner): void {
  const first = planner.inOnnxOrder(planner.value(input(node, 0)));
  const rank = first.shape.length;
  const axis = integer(node, 'axis', 1);
  const native = first.axes.indexOf(axis < 0 ? axis + rank : axis);
  if (native < 1) throw refuse(node, 'along the batch axis');
  const inputs = node.inputs.map(
    (name) => planner.withAxes(planner.inOnnxOrder(planner.value(name)), first.axes).id,
  );
  planner.add(
    { kind: 'concatenate', config: { axis: native }, inputs, weights: [] },
    output(node),
    first.axes,
  );
}

/** Two computed values of one shape. */
function merge(kind: string): Lower {
  return (node, planner) => {
    const [one, other] = [0, 1].map((index) => planner.inOnnxOrder(planner.value(input(node, index))));
    if (!one || !other || one.shape.join() !== other.shape.join()) throw refuse(node, 'that broadcasts');
    const inputs = [one.id, planner.withAxes(other, one.axes).id];
    planner.add({ kind, config: {}, inputs, weights: [] }, output(node), one.axes);
  };
}

function globalPooling(kind: string): Lower {
  return (node, planner) => {
    const value = planner.value(input(node, 0));
    if (value.shape.length !== 4) throw refuse(node, 'that is not two-dimensional');
    const image = planner.withAxes(value, channelsLast);
    // [N, C] there; ONNX keeps two axes of extent 1.
    planner.add({ kind, config: {}, inputs: [image.id], weights: [] }, output(node), [0, 1]);
  };
}

/** In inference only, with the stored statistics. */
function batchNormalisation(node: GraphNode, planner: Planner): void {
  if (planner.mode === 'training' || node.outputs.slice(1).some(Boolean)) throw refuse(node, 'in training');
  const value = planner.inOnnxOrder(planner.value(input(node, 0)));
  const placed = value.shape.length === 4 ? planner.withAxes(value, channelsLast) : value;
  if (placed.axes.at(-1) !== 1) throw refuse(node, `of ${value.shape.length} dimensions`);
  const config = { axis: -1, epsilon: float(node, 'epsilon', 1e-5) };
  const weights = [1, 2, 3, 4].map((index) => wholeWeight(planner, node, index));
  planner.add(
    { kind: 'batchNormalization', config, inputs: [placed.id], weights },
    output(node),
    placed.axes,
  );
}
