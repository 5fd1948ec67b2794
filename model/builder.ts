/**
 * Draws a workload's graph and writes it as a real ONNX model: opset 17, IR version 8, weights inside.
 *
 * Methods are named for ONNX operators; each returns the name of the value that it makes. Trainable weights are drawn
 * by the generator under their own names, so that a graph is the same whoever builds it.
 */

import type { Mode } from '../common/vocabulary.js';
import { type Attribute, type DataType, elementCount, type Tensor } from './graph.js';
import { elementTypes, encodeAttribute, encodeTensor } from './import/encode.js';
import { type GraphProto, type NodeProto, proto } from './import/proto.js';
import { fanInWeights, uniform } from './random.js';

export const builderOpset = 17;
const irVersion = 8;

/** Name of a value in the graph. */
export type Value = string;

export interface BuiltModel {
  /** A serialised ModelProto. */
  readonly bytes: Uint8Array;
  /** Names of the weights that training updates. */
  readonly parameters: readonly string[];
}

export interface ConvolutionLayer {
  readonly channels: number;
  readonly filters: number;
  /** One number for each spatial axis. */
  readonly kernel: readonly number[];
  /** Of every axis, or of each. */
  readonly stride?: number | readonly number[];
  /** On every side, or before each axis and then behind each. */
  readonly pad?: number | readonly number[];
  readonly groups?: number;
  readonly bias?: false;
  readonly gain?: number;
}

export interface LstmLayer {
  readonly inputs: number;
  readonly hidden: number;
  readonly bidirectional?: boolean;
  /** The hidden state and the cell that it begins with, [directions, N, hidden] each; zeros where there are none. */
  readonly states?: readonly [Value, Value];
}

export class GraphBuilder {
  readonly #name: string;
  readonly #seed: number;
  readonly #nodes: NodeProto[] = [];
  readonly #graph: Required<Pick<GraphProto, 'input' | 'output' | 'initializer'>> = {
    input: [],
    output: [],
    initializer: [],
  };
  readonly #parameters: string[] = [];
  #isFrozen = false;
  readonly #constants = new Set<string>();

  constructor(name: string, seed: number) {
    this.#name = name;
    this.#seed = seed;
  }

  input(name: string, shape: readonly number[], type: DataType = 'float32'): Value {
    this.#graph.input?.push(valueInfo(name, type, shape));
    return name;
  }

  output(value: Value, shape: readonly number[], type: DataType = 'float32'): void {
    this.#graph.output?.push(valueInfo(value, type, shape));
  }

  /** A trainable weight of variance gain / fanIn; see `model/random.ts`. */
  parameter(name: string, shape: readonly number[], fanIn: number, gain: number): Value {
    const data = fanInWeights(this.#seed, name, elementCount(shape), fanIn, gain);
    return this.parameterOf(name, { type: 'float32', shape, data });
  }

  /** Weights that are drawn within do not learn. */
  frozen<Result>(draw: () => Result): Result {
    this.#isFrozen = true;
    const result = draw();
    this.#isFrozen = false;
    return result;
  }

  /** A trainable weight with given values. */
  parameterOf(name: string, tensor: Tensor): Value {
    if (!this.#isFrozen) this.#parameters.push(name);
    return this.constant(name, tensor);
  }

  constant(name: string, tensor: Tensor): Value {
    this.#constants.add(name);
    this.#graph.initializer?.push(encodeTensor(name, tensor));
    return name;
  }

  /** Any operator of the default domain with one output; `outputs` names more, '' for one that is left out. */
  node(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs?: readonly Value[],
  ): Value {
    const name = `${operator.toLowerCase()}_${this.#nodes.length}`;
    const made = outputs ?? [name];
    const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
    this.#nodes.push({ name, opType: operator, input: [...inputs], output: [...made], attribute });
    return made.find((output) => output !== '') ?? name;
  }

  /** Convolution with a square window over two axes, stride 1, with bias. x: [N, channels, H, W]. */
  conv(x: Value, name: string, channels: number, filters: number, kernel: number, pad: number): Value {
    return this.convolution(x, name, { channels, filters, kernel: [kernel, kernel], pad });
  }

  /** x: [N, channels, spatial…]; weights of gain 2, as before a ReLU. */
  convolution(x: Value, name: string, layer: ConvolutionLayer): Value {
    const { channels, filters, kernel, stride = 1, pad = 0, groups = 1, gain = 2 } = layer;
    const fanIn = (channels / groups) * elementCount(kernel);
    const weight = this.parameter(`${name}.weight`, [filters, channels / groups, ...kernel], fanIn, gain);
    const bias = layer.bias === false ? [] : [this.parameter(`${name}.bias`, [filters], fanIn, 1)];
    const attributes = {
      kernel_shape: [...kernel],
      pads: padsOf(pad, kernel.length),
      strides: stridesOf(stride, kernel.length),
      dilations: kernel.map(() => 1),
      group: groups,
    };
    return this.node('Conv', [x, weight, ...bias], attributes);
  }

  /**
   * Each value spread over a window, windows that overlap added up: the extents grow by the stride. x: [N, channels, spatial…];
   * weights of gain 1, since nothing rectifies an up-convolution.
   */
  transposedConvolution(x: Value, name: string, layer: Omit<ConvolutionLayer, 'groups'>): Value {
    const { channels, filters, kernel, stride = 1, pad = 0, gain = 1 } = layer;
    const strides = stridesOf(stride, kernel.length);
    // Values that meet in one of the result.
    const fanIn = (channels * elementCount(kernel)) / elementCount(strides);
    const weight = this.parameter(`${name}.weight`, [channels, filters, ...kernel], fanIn, gain);
    const bias = layer.bias === false ? [] : [this.parameter(`${name}.bias`, [filters], fanIn, 1)];
    const attributes = { kernel_shape: [...kernel], pads: padsOf(pad, kernel.length), strides };
    return this.node('ConvTranspose', [x, weight, ...bias], attributes);
  }

  /**
   * Batch normalisation of x: [N, channels, …]: by running statistics in inference, by the batch's own in training,
   * where the running ones move by a tenth. The scale is near `gain`, the running mean near 0 and the variance near 1.
   */
  batchNormalisation(x: Value, name: string, channels: number, mode: Mode, gain = 1): Value {
    const around = (part: string, middle: number): Tensor => {
      const data = uniform(this.#seed, `${name}.${part}`, channels, middle - 0.1 * gain, middle + 0.1 * gain);
      return { type: 'float32', shape: [channels], data };
    };
    const inputs = [
      x,
      this.parameterOf(`${name}.weight`, around('weight', gain)),
      this.parameterOf(`${name}.bias`, around('bias', 0)),
      this.constant(`${name}.running_mean`, around('running_mean', 0)),
      this.constant(`${name}.running_var`, around('running_var', 1)),
    ];
    if (mode === 'inference') return this.node('BatchNormalization', inputs, { epsilon: 1e-5 });
    const outputs = ['y', 'mean', 'var'].map((output) => `${name}.${output}`);
    return this.node(
      'BatchNormalization',
      inputs,
      { epsilon: 1e-5, momentum: 0.9, training_mode: 1 },
      outputs,
    );
  }

  /** A convolution without bias, which normalisation would take away again, and its normalisation. */
  normalisedConvolution(
    x: Value,
    name: string,
    layer: Omit<ConvolutionLayer, 'bias'>,
    mode: Mode,
    gain = 1,
  ): Value {
    const y = this.convolution(x, name, { ...layer, bias: false });
    return this.batchNormalisation(y, `${name}.bn`, layer.filters, mode, gain);
  }

  relu(x: Value): Value {
    return this.node('Relu', [x]);
  }

  /** Square window over two axes; its stride is the window where none is given. */
  maxPool(x: Value, window: number, stride = window, pad = 0): Value {
    const pads = pad === 0 ? {} : { pads: padsOf(pad, 2) };
    return this.node('MaxPool', [x], {
      kernel_shape: [window, window],
      ...pads,
      strides: [stride, stride],
    });
  }

  globalAveragePool(x: Value): Value {
    return this.node('GlobalAveragePool', [x]);
  }

  add(a: Value, b: Value): Value {
    return this.node('Add', [a, b]);
  }

  /** Along the channels. */
  concat(parts: readonly Value[]): Value {
    return this.node('Concat', parts, { axis: 1 });
  }

  /** min(max(x, 0), 6). */
  relu6(x: Value): Value {
    const bound = (value: number) => {
      const name = `bound_${value}`;
      return this.#constants.has(name) ? name : this.scalar(name, value);
    };
    return this.node('Clip', [x, bound(0), bound(6)]);
  }

  scalar(name: string, value: number): Value {
    return this.constant(name, { type: 'float32', shape: [], data: Float32Array.of(value) });
  }

  /** [N, …] → [N, product of the rest]. */
  flatten(x: Value): Value {
    return this.node('Flatten', [x], { axis: 1 });
  }

  /** x·Wᵀ + b. x: [N, inputs] → [N, outputs]. */
  gemm(x: Value, name: string, inputs: number, outputs: number, gain: number): Value {
    const weight = this.parameter(`${name}.weight`, [outputs, inputs], inputs, gain);
    const bias = this.parameter(`${name}.bias`, [outputs], inputs, 1);
    return this.node('Gemm', [x, weight, bias], { alpha: 1, beta: 1, transA: 0, transB: 1 });
  }

  /** x·W. x: [N, inputs] → [N, outputs]. @param fanIn inputs that are not zero */
  product(x: Value, name: string, inputs: number, outputs: number, gain: number, fanIn = inputs): Value {
    return this.node('MatMul', [x, this.parameter(`${name}.weight`, [inputs, outputs], fanIn, gain)]);
  }

  /** x·W + b over the last axis. x: [N, …, inputs] → [N, …, outputs]; Gemm takes matrices only. */
  linear(x: Value, name: string, inputs: number, outputs: number, gain: number): Value {
    const weight = this.parameter(`${name}.weight`, [inputs, outputs], inputs, gain);
    return this.add(this.node('MatMul', [x, weight]), this.parameter(`${name}.bias`, [outputs], inputs, 1));
  }

  softmax(x: Value, axis = -1): Value {
    return this.node('Softmax', [x], { axis });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.node('Transpose', [x], { perm: [...perm] });
  }

  reshape(x: Value, shape: readonly number[]): Value {
    return this.node('Reshape', [x, this.#integers('shape', shape)]);
  }

  squeeze(x: Value, axes: readonly number[]): Value {
    return this.node('Squeeze', [x, this.#integers('axes', axes)]);
  }

  /** An input of the next node that is a list of integers. */
  #integers(what: string, values: readonly number[]): Value {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`${what}_${this.#nodes.length}`, { type: 'int64', shape: [values.length], data });
  }

  /** Rows of a table. ids: [N, …], whole numbers below `rows` → [N, …, width]. */
  embedding(ids: Value, name: string, rows: number, width: number): Value {
    return this.node('Gather', [this.parameter(`${name}.weight`, [rows, width], 1, 1), ids], { axis: 0 });
  }

  /**
   * One forward GRU layer, gates in ONNX's order z, r, h, the reset behind the product. x: [steps, N, inputs] → the last hidden
   * state, [1, N, hidden]. The recurrent half of the bias is zero and stays so, as an LSTM's.
   */
  gru(x: Value, name: string, inputs: number, hidden: number): Value {
    return this.node(
      'GRU',
      [x, ...this.#recurrentWeights(name, 3, inputs, hidden)],
      { hidden_size: hidden, linear_before_reset: 1 },
      ['', `${name}.Y_h`],
    );
  }

  /** One forward layer of tanh units. x: [steps, N, inputs] → the last hidden state, [1, N, hidden]. Its bias is as a GRU's. */
  rnn(x: Value, name: string, inputs: number, hidden: number): Value {
    const weights = this.#recurrentWeights(name, 1, inputs, hidden);
    return this.node('RNN', [x, ...weights], { hidden_size: hidden }, ['', `${name}.Y_h`]);
  }

  #recurrentWeights(name: string, gates: number, inputs: number, hidden: number, directions = 1): Value[] {
    return [
      this.parameter(`${name}.W`, [directions, gates * hidden, inputs], inputs, 1),
      this.parameter(`${name}.R`, [directions, gates * hidden, hidden], hidden, 1),
      this.parameterOf(`${name}.B`, this.#recurrentBias(name, gates, directions, inputs, hidden)),
    ];
  }

  /** One forward LSTM layer. x: [steps, N, inputs] → the last hidden state, [1, N, hidden]. */
  lstm(x: Value, name: string, inputs: number, hidden: number): Value {
    return this.lstmLayer(x, name, { inputs, hidden }, ['last'])[0] ?? '';
  }

  /**
   * One LSTM layer, gates in ONNX's order i, o, f, c. x: [steps, N, inputs]. The recurrent half of each direction's bias is zero
   * and stays so; see `suites/lstm/row-lstm.ts`.
   *
   * @returns what is asked for: every hidden state [steps, directions, N, hidden], the last ones and the last cells
   *   [directions, N, hidden]
   */
  lstmLayer(
    x: Value,
    name: string,
    layer: LstmLayer,
    wanted: readonly ('all' | 'last' | 'cell')[],
  ): readonly Value[] {
    const { inputs, hidden, bidirectional = false, states = [] } = layer;
    const directions = bidirectional ? 2 : 1;
    const given = [
      x,
      ...this.#recurrentWeights(name, 4, inputs, hidden, directions),
      ...(states.length > 0 ? ['', ...states] : []),
    ];
    const names = { all: `${name}.Y`, last: `${name}.Y_h`, cell: `${name}.Y_c` };
    const outputs = (['all', 'last', 'cell'] as const).map((output) =>
      wanted.includes(output) ? names[output] : '',
    );
    while (outputs.at(-1) === '') outputs.pop();
    const attributes = { hidden_size: hidden, ...(bidirectional ? { direction: 'bidirectional' } : {}) };
    this.node('LSTM', given, attributes, outputs);
    return wanted.map((output) => names[output]);
  }

  /** Drawn in its first half, zero in the recurrent one. */
  #recurrentBias(name: string, gates: number, directions: number, inputs: number, hidden: number): Tensor {
    const half = gates * hidden;
    const drawn = fanInWeights(this.#seed, `${name}.B`, directions * half, inputs, 1);
    const data = new Float32Array(2 * drawn.length);
    for (let direction = 0; direction < directions; direction++) {
      const part = drawn.subarray(direction * half, (direction + 1) * half);
      data.set(part, 2 * direction * half);
    }
    return { type: 'float32', shape: [directions, 2 * half], data };
  }

  finish(): BuiltModel {
    const model = {
      irVersion,
      producerName: 'touchstone',
      opsetImport: [{ domain: '', version: builderOpset }],
      graph: { name: this.#name, node: this.#nodes, ...this.#graph },
    };
    return { bytes: proto.ModelProto.encode(model).finish(), parameters: [...this.#parameters] };
  }
}

function valueInfo(name: string, type: DataType, shape: readonly number[]) {
  const dim = shape.map((extent) => ({ dimValue: extent }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

function padsOf(pad: number | readonly number[], axes: number): number[] {
  return typeof pad === 'number' ? Array.from({ length: 2 * axes }, () => pad) : [...pad];
}

function stridesOf(stride: number | readonly number[], axes: number): number[] {
  return typeof stride === 'number' ? Array.from({ length: axes }, () => stride) : [...stride];
}
