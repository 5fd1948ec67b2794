/**
 * Builds a workload's graph and writes it as an ONNX model: opset 17, IR version 8, weights inline.
 *
 * Methods are named after ONNX operators; each returns the name of the value that it computes. Trainable weights are drawn
 * from the random stream of their own name, so that the same calls always give the same bits.
 */
import { at } from '../common/at.js';
import type { Mode } from '../common/vocabulary.js';
import { type Attribute, type DataType, elementCount, type Tensor } from './graph.js';
import { encodeAttribute, encodeTensor, encodeValueInfo } from './import/encode.js';
import { type GraphProto, type NodeProto, proto } from './import/proto.js';
import { fanInWeights, uniform } from './random.js';

export const builderOpset = 17;
const irVersion = 8;

/** Name of a value in the graph. */
export type ValueName = string;

export interface BuiltModel {
  /** A serialised ModelProto. */
  readonly bytes: Uint8Array;
  /** Names of the weights that training updates. */
  readonly parameters: readonly string[];
}

export interface ConvolutionLayer {
  readonly channels: number;
  readonly filters: number;
  /** Extent along each spatial axis. */
  readonly kernel: readonly number[];
  /** One number for all spatial axes, or one for each. Default 1. */
  readonly stride?: number | readonly number[];
  /** One number for every side; or, as in ONNX, the begin of each axis followed by the end of each. Default 0. */
  readonly pad?: number | readonly number[];
  /** Default 1. */
  readonly groups?: number;
  /** By default there is a bias. */
  readonly bias?: false;
  /** Gain of the weights: see `parameter`. */
  readonly gain?: number;
}

export interface LstmLayer {
  readonly inputs: number;
  readonly hidden: number;
  readonly bidirectional?: boolean;
  /** Initial hidden and cell state, [directions, N, hidden] each; zeros by default. */
  readonly states?: readonly [ValueName, ValueName];
}

/** Outputs of an LSTM: every hidden state, the last hidden state, the last cell state. */
export type LstmOutput = 'all' | 'last' | 'cell';
const lstmOutputs = ['all', 'last', 'cell'] as const;

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

  /** @param seed of all weights */
  constructor(name: string, seed: number) {
    this.#name = name;
    this.#seed = seed;
  }

  input(name: string, shape: readonly number[], type: DataType = 'float32'): ValueName {
    this.#graph.input?.push(encodeValueInfo({ name, type, shape }));
    return name;
  }

  output(value: ValueName, shape: readonly number[], type: DataType = 'float32'): void {
    this.#graph.output?.push(encodeValueInfo({ name: value, type, shape }));
  }

  /** A trainable weight of variance gain / fanIn; see `fanInWeights`. */
  parameter(name: string, shape: readonly number[], fanIn: number, gain: number): ValueName {
    const data = fanInWeights(this.#seed, name, elementCount(shape), fanIn, gain);
    return this.parameterOf(name, { type: 'float32', shape, data });
  }

  /** Weights that `build` adds are constants, not trainable. */
  frozen<Result>(build: () => Result): Result {
    this.#isFrozen = true;
    const result = build();
    this.#isFrozen = false;
    return result;
  }

  /** A trainable weight with given values. */
  parameterOf(name: string, tensor: Tensor): ValueName {
    if (!this.#isFrozen) this.#parameters.push(name);
    return this.constant(name, tensor);
  }

  constant(name: string, tensor: Tensor): ValueName {
    this.#constants.add(name);
    this.#graph.initializer?.push(encodeTensor(name, tensor));
    return name;
  }

  /**
   * A node of any operator of the default domain.
   *
   * @param outputs names; '' for an omitted output. By default one output with a generated name
   * @returns the first output that is not omitted
   */
  node(
    operator: string,
    inputs: readonly ValueName[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs?: readonly ValueName[],
  ): ValueName {
    const name = `${operator.toLowerCase()}_${this.#nodes.length}`;
    const output = outputs ?? [name];
    const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
    this.#nodes.push({ name, opType: operator, input: [...inputs], output: [...output], attribute });
    return output.find((value) => value !== '') ?? name;
  }

  /** Two-dimensional convolution with a square kernel, stride 1 and bias. x: [N, channels, H, W]. */
  conv(
    x: ValueName,
    name: string,
    channels: number,
    filters: number,
    kernel: number,
    pad: number,
  ): ValueName {
    return this.convolution(x, name, { channels, filters, kernel: [kernel, kernel], pad });
  }

  /** x: [N, channels, spatial…]; weights of gain 2, as for a following ReLU. */
  convolution(x: ValueName, name: string, layer: ConvolutionLayer): ValueName {
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

  /** Transposed convolution (up-convolution). x: [N, channels, spatial…]; weights of gain 1, as no ReLU follows. */
  transposedConvolution(x: ValueName, name: string, layer: Omit<ConvolutionLayer, 'groups'>): ValueName {
    const { channels, filters, kernel, stride = 1, pad = 0, gain = 1 } = layer;
    const strides = stridesOf(stride, kernel.length);
    // Products that are summed in one element of the result.
    const fanIn = (channels * elementCount(kernel)) / elementCount(strides);
    const weight = this.parameter(`${name}.weight`, [channels, filters, ...kernel], fanIn, gain);
    const bias = layer.bias === false ? [] : [this.parameter(`${name}.bias`, [filters], fanIn, 1)];
    const attributes = { kernel_shape: [...kernel], pads: padsOf(pad, kernel.length), strides };
    return this.node('ConvTranspose', [x, weight, ...bias], attributes);
  }

  /**
   * Batch normalisation of x: [N, channels, …]. Inference uses the running statistics; training uses those of the batch and
   * updates the running ones with momentum 0.9. The scale is near `gain`, the running mean near 0, the running variance near 1.
   */
  batchNormalisation(x: ValueName, name: string, channels: number, mode: Mode, gain = 1): ValueName {
    const near = (part: string, centre: number): Tensor => {
      const data = uniform(this.#seed, `${name}.${part}`, channels, centre - 0.1 * gain, centre + 0.1 * gain);
      return { type: 'float32', shape: [channels], data };
    };
    const inputs = [
      x,
      this.parameterOf(`${name}.weight`, near('weight', gain)),
      this.parameterOf(`${name}.bias`, near('bias', 0)),
      this.constant(`${name}.running_mean`, near('running_mean', 0)),
      this.constant(`${name}.running_var`, near('running_var', 1)),
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

  /** A convolution and its batch normalisation. Without bias, which the normalisation would subtract again. */
  normalisedConvolution(
    x: ValueName,
    name: string,
    layer: Omit<ConvolutionLayer, 'bias'>,
    mode: Mode,
    gain = 1,
  ): ValueName {
    const y = this.convolution(x, name, { ...layer, bias: false });
    return this.batchNormalisation(y, `${name}.bn`, layer.filters, mode, gain);
  }

  relu(x: ValueName): ValueName {
    return this.node('Relu', [x]);
  }

  /** Two-dimensional max pooling with a square window; the default stride is the window. */
  maxPool(x: ValueName, window: number, stride = window, pad = 0): ValueName {
    const pads = pad === 0 ? {} : { pads: padsOf(pad, 2) };
    return this.node('MaxPool', [x], {
      kernel_shape: [window, window],
      ...pads,
      strides: [stride, stride],
    });
  }

  globalAveragePool(x: ValueName): ValueName {
    return this.node('GlobalAveragePool', [x]);
  }

  add(a: ValueName, b: ValueName): ValueName {
    return this.node('Add', [a, b]);
  }

  /** Along the channels. */
  concat(parts: readonly ValueName[]): ValueName {
    return this.node('Concat', parts, { axis: 1 });
  }

  /** min(max(x, 0), 6). */
  relu6(x: ValueName): ValueName {
    const bound = (value: number) => {
      const name = `bound_${value}`;
      return this.#constants.has(name) ? name : this.scalar(name, value);
    };
    return this.node('Clip', [x, bound(0), bound(6)]);
  }

  scalar(name: string, value: number): ValueName {
    return this.constant(name, { type: 'float32', shape: [], data: Float32Array.of(value) });
  }

  /** [N, …] → [N, product of the other extents]. */
  flatten(x: ValueName): ValueName {
    return this.node('Flatten', [x], { axis: 1 });
  }

  /** x·Wᵀ + b. x: [N, inputs] → [N, outputs]. */
  gemm(x: ValueName, name: string, inputs: number, outputs: number, gain: number): ValueName {
    const weight = this.parameter(`${name}.weight`, [outputs, inputs], inputs, gain);
    const bias = this.parameter(`${name}.bias`, [outputs], inputs, 1);
    return this.node('Gemm', [x, weight, bias], { alpha: 1, beta: 1, transA: 0, transB: 1 });
  }

  /** x·W. x: [N, inputs] → [N, outputs]. @param fanIn number of inputs that are not zero */
  product(
    x: ValueName,
    name: string,
    inputs: number,
    outputs: number,
    gain: number,
    fanIn = inputs,
  ): ValueName {
    return this.node('MatMul', [x, this.parameter(`${name}.weight`, [inputs, outputs], fanIn, gain)]);
  }

  /** x·W + b over the last axis. x: [N, …, inputs] → [N, …, outputs]; Gemm accepts matrices only. */
  linear(x: ValueName, name: string, inputs: number, outputs: number, gain: number): ValueName {
    const weight = this.parameter(`${name}.weight`, [inputs, outputs], inputs, gain);
    return this.add(this.node('MatMul', [x, weight]), this.parameter(`${name}.bias`, [outputs], inputs, 1));
  }

  softmax(x: ValueName, axis = -1): ValueName {
    return this.node('Softmax', [x], { axis });
  }

  transpose(x: ValueName, perm: readonly number[]): ValueName {
    return this.node('Transpose', [x], { perm: [...perm] });
  }

  reshape(x: ValueName, shape: readonly number[]): ValueName {
    return this.node('Reshape', [x, this.#integers('shape', shape)]);
  }

  squeeze(x: ValueName, axes: readonly number[]): ValueName {
    return this.node('Squeeze', [x, this.#integers('axes', axes)]);
  }

  /** A constant int64 list for the next node. */
  #integers(purpose: string, values: readonly number[]): ValueName {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`${purpose}_${this.#nodes.length}`, { type: 'int64', shape: [values.length], data });
  }

  /** Rows of a trainable table. ids: [N, …], integers below `rows` → [N, …, width]. */
  embedding(ids: ValueName, name: string, rows: number, width: number): ValueName {
    return this.node('Gather', [this.parameter(`${name}.weight`, [rows, width], 1, 1), ids], { axis: 0 });
  }

  /**
   * One forward GRU layer with gates in ONNX's order z, r, h and `linear_before_reset`. x: [steps, N, inputs] → the last
   * hidden state [1, N, hidden]. The recurrent half of the bias is zero and is not trained, as for `lstmLayer`.
   */
  gru(x: ValueName, name: string, inputs: number, hidden: number): ValueName {
    return this.node(
      'GRU',
      [x, ...this.#recurrentWeights(name, 3, inputs, hidden)],
      { hidden_size: hidden, linear_before_reset: 1 },
      ['', `${name}.Y_h`],
    );
  }

  /** One forward RNN layer with tanh. x: [steps, N, inputs] → the last hidden state [1, N, hidden]. Bias as for `gru`. */
  rnn(x: ValueName, name: string, inputs: number, hidden: number): ValueName {
    const weights = this.#recurrentWeights(name, 1, inputs, hidden);
    return this.node('RNN', [x, ...weights], { hidden_size: hidden }, ['', `${name}.Y_h`]);
  }

  /** W [directions, gates·hidden, inputs], R [directions, gates·hidden, hidden], B [directions, 2·gates·hidden]. */
  #recurrentWeights(
    name: string,
    gates: number,
    inputs: number,
    hidden: number,
    directions = 1,
  ): ValueName[] {
    return [
      this.parameter(`${name}.W`, [directions, gates * hidden, inputs], inputs, 1),
      this.parameter(`${name}.R`, [directions, gates * hidden, hidden], hidden, 1),
      this.parameterOf(`${name}.B`, this.#recurrentBias(name, gates, directions, inputs, hidden)),
    ];
  }

  /** One forward LSTM layer. x: [steps, N, inputs] → the last hidden state [1, N, hidden]. */
  lstm(x: ValueName, name: string, inputs: number, hidden: number): ValueName {
    return at(this.lstmLayer(x, name, { inputs, hidden }, ['last']), 0);
  }

  /**
   * One LSTM layer with gates in ONNX's order i, o, f, c. x: [steps, N, inputs]. The recurrent half of each direction's bias
   * is zero and is not trained; see `suites/lstm/row-lstm.ts`.
   *
   * @returns the wanted outputs in the order of `wanted`: all hidden states [steps, directions, N, hidden], the last hidden
   *   states and the last cell states [directions, N, hidden]
   */
  lstmLayer<const Wanted extends readonly LstmOutput[]>(
    x: ValueName,
    name: string,
    layer: LstmLayer,
    wanted: Wanted,
  ): { readonly [Index in keyof Wanted]: ValueName } {
    const { inputs, hidden, bidirectional = false, states = [] } = layer;
    const directions = bidirectional ? 2 : 1;
    const given = [
      x,
      ...this.#recurrentWeights(name, 4, inputs, hidden, directions),
      ...(states.length > 0 ? ['', ...states] : []),
    ];
    const names = { all: `${name}.Y`, last: `${name}.Y_h`, cell: `${name}.Y_c` };
    const outputs: string[] = lstmOutputs.map((output) => (wanted.includes(output) ? names[output] : ''));
    while (outputs.at(-1) === '') outputs.pop();
    const attributes = { hidden_size: hidden, ...(bidirectional ? { direction: 'bidirectional' } : {}) };
    this.node('LSTM', given, attributes, outputs);
    return wanted.map((output) => names[output]) as { readonly [Index in keyof Wanted]: ValueName };
  }

  /** The input half is random, the recurrent half zero. */
  #recurrentBias(name: string, gates: number, directions: number, inputs: number, hidden: number): Tensor {
    const half = gates * hidden;
    const random = fanInWeights(this.#seed, `${name}.B`, directions * half, inputs, 1);
    const data = new Float32Array(2 * random.length);
    for (let direction = 0; direction < directions; direction++) {
      const inputHalf = random.subarray(direction * half, (direction + 1) * half);
      data.set(inputHalf, 2 * direction * half);
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

function padsOf(pad: number | readonly number[], axes: number): number[] {
  return typeof pad === 'number' ? Array.from({ length: 2 * axes }, () => pad) : [...pad];
}

function stridesOf(stride: number | readonly number[], axes: number): number[] {
  return typeof stride === 'number' ? Array.from({ length: axes }, () => stride) : [...stride];
}
