/**
 * Makes a case learn, so that the gradient of its operator is shown: everything constant becomes a weight that is
 * trained, a layer before it needs the gradient of what goes in, and a linear layer behind it gives logits.
 */
import { GraphBuilder, type ValueName } from '../../model/builder.js';
import type { Tensor } from '../../model/graph.js';
import { type Draw, tensor } from './draw.js';

const classes = 3;

export function learning(draw: Draw): Draw {
  return (graph) => {
    const learner = new LearningGraph(graph);
    const [output, shape, batchAxis = 0] = draw(learner);
    const batchFirst = [batchAxis, ...shape.keys()].filter((axis, place, all) => all.indexOf(axis) === place);
    const first = batchAxis === 0 ? output : graph.transpose(output, batchFirst);
    const batch = shape[batchAxis] ?? 1;
    const features = shape.reduce((product, extent) => product * extent, 1) / batch;
    const flat = shape.length === 2 ? first : graph.flatten(first);
    return [graph.gemm(flat, 'head', features, classes, 0.1), [batch, classes]];
  };
}

/** Draws into another graph. */
class LearningGraph extends GraphBuilder {
  readonly #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    super('', 0);
    this.#graph = graph;
  }

  /** The input behind a layer that is nearly the identity: what follows must hand a gradient back to it. */
  override input(name: string, shape: readonly number[]): ValueName {
    const x = this.#graph.input(name, shape);
    const [, channels = 1] = shape;
    if (shape.length === 4) {
      return this.#before('Conv', x, channels, [channels, channels, 1, 1]);
    }
    if (shape.length === 2) {
      return this.#before('Gemm', x, channels, [channels, channels]);
    }
    return x;
  }

  #before(operator: string, x: ValueName, size: number, shape: readonly number[]): ValueName {
    const weight = this.#graph.parameterOf(`${x}.weight`, nearlyIdentity(size, shape));
    const bias = this.#graph.parameterOf(`${x}.bias`, tensor([size], new Float32Array(size)));
    return this.#graph.node(operator, [x, weight, bias]);
  }

  /** Learns, unless it is a single number or not a number of the network. */
  override constant(name: string, value: Tensor): ValueName {
    const isWeight = value.type === 'float32' && value.shape.length > 0;
    return isWeight
      ? this.#graph.parameterOf(name, withFrozenBias(name, value))
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

/** The recurrent half of an LSTM's bias does not learn, and is zero: see suites/lstm/row-lstm.ts. */
function withFrozenBias(name: string, value: Tensor): Tensor {
  if (!/^B\d?$/.test(name)) return value;
  const [directions = 1, width = 0] = value.shape;
  const values = Array.from(value.data as Float32Array, (element, index) =>
    index % width < width / 2 ? element : 0,
  );
  return tensor([directions, width], values);
}
