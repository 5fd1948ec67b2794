/**
 * Common definition of workloads that run a single operator or a short chain, on random values and, in training, with plain
 * gradient descent.
 *
 * In training the result is taken as logits for a cross-entropy with random labels: over the last axis of [batch, classes], or
 * over the channels at each position of [batch, channels, height, width]. The gradients thus pass through the operator to its
 * weights in every framework, and the loss costs little. DeepBench times the passes separately, without loss and update, which
 * no common interface of the frameworks allows.
 */

import { at } from '../common/at.js';
import type { GraphBuilder, ValueName } from '../model/builder.js';
import { elementCount, type Tensors } from '../model/graph.js';
import { uniform } from '../model/random.js';
import type { Mode, Tolerance, Workload } from '../model/workload.js';

export interface Kernel
  extends Pick<
    Workload,
    'name' | 'title' | 'source' | 'family' | 'batches' | 'parameterCount' | 'multiplyAdds'
  > {
  /** Shape of the input. */
  shape(batch: number): readonly number[];
  /** Shape of the output. */
  outputShape(batch: number): readonly number[];
  /** From the input to the output. An operator without weights may add one in training. */
  compute(graph: GraphBuilder, x: ValueName, mode: Mode): ValueName;
  /** Absent if there is nothing to train, or if a step exceeds a workstation. */
  readonly training?: {
    readonly batches: readonly number[];
    readonly learningRate: number;
    /** Splits the values of [batch, values] into positions of this many logits. */
    readonly classes?: number;
  };
  /** Default: `defaultTolerance`. */
  readonly tolerance?: Tolerance;
  readonly small?: Kernel;
}

/**
 * Sums of some thousand float32 products in another order differ by less than 1e-5 relative. The weights move little in a few
 * steps, so that their own rounding is a larger share of the movement.
 */
const defaultTolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-3 };

export function kernel(definition: Kernel): Workload {
  const { shape, outputShape, compute, small, training, tolerance = defaultTolerance, ...rest } = definition;
  const logitsShape = (batch: number) => logitsShapeOf(outputShape(batch), training?.classes);
  return {
    ...rest,
    ...trainingOf(training),
    tolerance,
    build(graph, batch, mode) {
      const y = compute(graph, graph.input('x', shape(batch)), mode);
      if (mode === 'inference') graph.output(y, outputShape(batch));
      else graph.output(toLogits(graph, y, outputShape(batch), logitsShape(batch)), logitsShape(batch));
    },
    /** With mean 0 and variance 1. */
    inputs(batch, buffer, mode): Tensors {
      const bound = Math.sqrt(3);
      const extents = shape(batch);
      const data = uniform(0, `${rest.name}/${buffer}`, elementCount(extents), -bound, bound);
      const x = { type: 'float32' as const, shape: extents, data };
      return mode === 'inference'
        ? { x }
        : { x, labels: labelsOf(logitsShape(batch), `${rest.name}/labels/${buffer}`) };
    },
    ...(small ? { small: kernel(small) } : {}),
  };
}

function trainingOf(training: Kernel['training']): Pick<Workload, 'modes' | 'training' | 'trainingBatches'> {
  if (!training) return { modes: ['inference'] };
  const { batches, learningRate } = training;
  return {
    modes: ['inference', 'training'],
    trainingBatches: batches,
    training: {
      loss: 'softmax-cross-entropy',
      optimiser: { name: 'sgd', learningRate, momentum: 0 },
      steps: 3,
    },
  };
}

/** [batch, classes] or [batch, positions, classes]. */
function logitsShapeOf(output: readonly number[], classes?: number): readonly number[] {
  const [batch, channels, ...extents] = [at(output, 0), at(output, 1), ...output.slice(2)];
  if (classes !== undefined) return [batch, channels / classes, classes];
  return extents.length === 0 ? [batch, channels] : [batch, elementCount(extents), channels];
}

/** The result of the operator with the classes as last axis. */
function toLogits(
  graph: GraphBuilder,
  y: ValueName,
  from: readonly number[],
  to: readonly number[],
): ValueName {
  const moved = from.length === 4 ? graph.transpose(y, [0, 2, 3, 1]) : y;
  return from.length === to.length ? y : graph.reshape(moved, to);
}

function labelsOf(logits: readonly number[], name: string) {
  const shape = logits.slice(0, -1);
  const classes = at(logits, -1);
  const drawn = uniform(0, name, elementCount(shape), 0, classes);
  const data = Int32Array.from(drawn, (value) => Math.min(classes - 1, Math.floor(value)));
  return { type: 'int32' as const, shape, data };
}
