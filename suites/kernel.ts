/**
 * What the workloads that run one operator, or a chain of a few, have in common: drawn values, and in training one step of plain
 * descent.
 *
 * In training what is computed are scores: the cross-entropy over the last axis of [batch, classes], or over the channels at each
 * position of [batch, channels, height, width], with drawn labels. So its gradients pass through the operator back to its weights,
 * in every framework, and the loss costs little beside it. DeepBench times the passes apart and has neither loss nor update; no
 * framework lets a user do that alike.
 */

import type { GraphBuilder, ValueName } from '../model/builder.js';
import { elementCount, type Tensors } from '../model/graph.js';
import { uniform } from '../model/random.js';
import type { Mode, Tolerance, Workload } from '../model/workload.js';

export interface Kernel
  extends Pick<
    Workload,
    'name' | 'title' | 'source' | 'family' | 'batches' | 'parameterCount' | 'multiplyAdds'
  > {
  /** Of the input, at a batch. */
  shape(batch: number): readonly number[];
  /** Of the output, at a batch. */
  outputShape(batch: number): readonly number[];
  /** From the input to the output. In training what has no weight of its own may have one. */
  compute(graph: GraphBuilder, x: ValueName, mode: Mode): ValueName;
  /** Left out where there is nothing to train, or where a step does not fit this kind of machine. */
  readonly training?: {
    readonly batches: readonly number[];
    readonly learningRate: number;
    /** Where [batch, values] are more than one position of scores: how many each has. */
    readonly classes?: number;
  };
  /** Where the usual is too narrow. */
  readonly tolerance?: Tolerance;
  readonly small?: Kernel;
}

/**
 * Sums of some thousand float32 products in another order differ by less than 1e-5 of their size. Weights move by little over a few
 * steps, beside which their rounding shows.
 */
const usualTolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-3 };

export function kernel(definition: Kernel): Workload {
  const { shape, outputShape, compute, small, training, tolerance = usualTolerance, ...rest } = definition;
  const scoresShape = (batch: number) => scored(outputShape(batch), training?.classes);
  return {
    ...rest,
    ...learning(training),
    tolerance,
    build(graph, batch, mode) {
      const y = compute(graph, graph.input('x', shape(batch)), mode);
      if (mode === 'inference') graph.output(y, outputShape(batch));
      else graph.output(inLine(graph, y, outputShape(batch), scoresShape(batch)), scoresShape(batch));
    },
    /** Of mean 0 and variance 1. */
    inputs(batch, buffer, mode): Tensors {
      const bound = Math.sqrt(3);
      const extents = shape(batch);
      const data = uniform(0, `${rest.name}/${buffer}`, elementCount(extents), -bound, bound);
      const x = { type: 'float32' as const, shape: extents, data };
      return mode === 'inference'
        ? { x }
        : { x, labels: labelsOf(scoresShape(batch), `${rest.name}/labels/${buffer}`) };
    },
    ...(small ? { small: kernel(small) } : {}),
  };
}

function learning(training: Kernel['training']): Pick<Workload, 'modes' | 'training' | 'trainingBatches'> {
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
function scored(
  [batch = 1, channels = 1, ...extents]: readonly number[],
  classes?: number,
): readonly number[] {
  if (classes !== undefined) return [batch, channels / classes, classes];
  return extents.length === 0 ? [batch, channels] : [batch, elementCount(extents), channels];
}

/** What is computed, with its classes last. */
function inLine(
  graph: GraphBuilder,
  y: ValueName,
  from: readonly number[],
  to: readonly number[],
): ValueName {
  const moved = from.length === 4 ? graph.transpose(y, [0, 2, 3, 1]) : y;
  return from.length === to.length ? y : graph.reshape(moved, to);
}

function labelsOf(scores: readonly number[], name: string) {
  const shape = scores.slice(0, -1);
  const classes = scores.at(-1) ?? 1;
  const drawn = uniform(0, name, elementCount(shape), 0, classes);
  const data = Int32Array.from(drawn, (value) => Math.min(classes - 1, Math.floor(value)));
  return { type: 'int32' as const, shape, data };
}
