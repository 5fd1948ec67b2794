/**
 * Turns a case into a trainable model, so that the gradients of its operator are verified: constants become trainable weights, a
 * layer before the operator needs the gradient of its input, and a linear layer after it computes logits.
 */
import { at } from '../../common/at.js';
import { GraphBuilder, type ValueName } from '../../model/builder.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { type BuildGraph, channelsOf, tensor } from './case-graph.js';

const classes = 3;

export function trainable(build: BuildGraph): BuildGraph {
  return (graph) => {
    const [output, shape, batchAxis = 0] = build(new TrainableGraph(graph));
    const batchFirst = [batchAxis, ...shape.keys()].filter((axis, index, all) => all.indexOf(axis) === index);
    const first = batchAxis === 0 ? output : graph.transpose(output, batchFirst);
    const batch = at(shape, batchAxis, 'shape');
    const features = elementCount(shape) / batch;
    const flat = shape.length === 2 ? first : graph.flatten(first);
    return [graph.gemm(flat, 'head', features, classes, 0.1), [batch, classes]];
  };
}

/** Adds to another graph, with constants as trainable weights. */
class TrainableGraph extends GraphBuilder {
  readonly #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    super('', 0);
    this.#graph = graph;
  }

  /** An input followed by a layer that is nearly the identity, whose weights need the gradient of what follows. */
  override input(name: string, shape: readonly number[]): ValueName {
    const x = this.#graph.input(name, shape);
    if (shape.length !== 4 && shape.length !== 2) return x;
    const channels = channelsOf(shape);
    return shape.length === 4
      ? this.#withLayer('Conv', x, channels, [channels, channels, 1, 1])
      : this.#withLayer('Gemm', x, channels, [channels, channels]);
  }

  #withLayer(operator: string, x: ValueName, size: number, shape: readonly number[]): ValueName {
    const weight = this.#graph.parameterOf(`${x}.weight`, nearlyIdentity(size, shape));
    const bias = this.#graph.parameterOf(`${x}.bias`, tensor([size], new Float32Array(size)));
    return this.#graph.node(operator, [x, weight, bias]);
  }

  /** Trainable, unless it is a scalar or an integer. */
  override constant(name: string, value: Tensor): ValueName {
    const isWeight = value.type === 'float32' && value.shape.length > 0;
    return isWeight
      ? this.#graph.parameterOf(name, withoutRecurrentBias(name, value))
      : this.#graph.constant(name, value);
  }

  override parameterOf(name: string, value: Tensor): ValueName {
    return this.#graph.parameterOf(name, value);
  }

  override parameter(name: string, shape: readonly number[], fanIn: number, gain: number): ValueName {
    return this.#graph.parameter(name, shape, fanIn, gain);
  }

  override squeeze(x: ValueName, axes: readonly number[]): ValueName {
    return this.#graph.squeeze(x, axes);
  }

  override node(...parameters: Parameters<GraphBuilder['node']>): ValueName {
    return this.#graph.node(...parameters);
  }
}

function nearlyIdentity(size: number, shape: readonly number[]): Tensor {
  const { data } = tensor(shape);
  const values = Array.from(data as Float32Array, (value, index) => {
    const isDiagonal = Math.floor(index / size) === index % size;
    return 0.1 * value + (isDiagonal ? 1 : 0);
  });
  return tensor(shape, values);
}

/** The recurrent half of an LSTM's bias is zero and is not trained: see suites/lstm/row-lstm.ts. */
function withoutRecurrentBias(name: string, value: Tensor): Tensor {
  if (!/^B\d?$/.test(name)) return value;
  const [directions, width] = [at(value.shape, 0), at(value.shape, 1)];
  const values = Array.from(value.data as Float32Array, (element, index) =>
    index % width < width / 2 ? element : 0,
  );
  return tensor([directions, width], values);
}
