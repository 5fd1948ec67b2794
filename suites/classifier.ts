/** Common definition of workloads that classify images or sequences. */

import type { GraphBuilder, ValueName } from '../model/builder.js';
import { elementCount, type Tensors } from '../model/graph.js';
import { uniform } from '../model/random.js';
import type { Mode, Optimiser, Tolerance, Workload } from '../model/workload.js';

export interface Classifier
  extends Pick<
    Workload,
    | 'name'
    | 'title'
    | 'source'
    | 'family'
    | 'batches'
    | 'trainingBatches'
    | 'parameterCount'
    | 'multiplyAdds'
    | 'sequence'
  > {
  /** Shape of one example, channels first. */
  readonly example: readonly number[];
  readonly classes: number;
  /** Named like the full form with the suffix `-small`; inherits whatever it does not define. */
  readonly small?: SmallForm;
  readonly tolerance?: Partial<Tolerance>;
  /** By default momentum at 0.01: for sources that specify no rule, or none of the four that are supported. */
  readonly optimiser?: Optimiser;
  /** From examples [batch, …] to logits [batch, classes]. */
  logits(graph: GraphBuilder, x: ValueName, mode: Mode, batch: number): ValueName;
  /** Real examples; by default random ones. */
  inputs?(batch: number, buffer: number): { readonly data: Float32Array; readonly labels: Int32Array };
}

export type SmallForm = Pick<
  Classifier,
  | 'title'
  | 'parameterCount'
  | 'multiplyAdds'
  | 'sequence'
  | 'example'
  | 'classes'
  | 'tolerance'
  | 'logits'
  | 'inputs'
>;

const defaultOptimiser: Optimiser = { name: 'sgd', learningRate: 0.01, momentum: 0.9 };

/**
 * Allows for float32 rounding over some fifty layers, amplified by normalisation with the statistics of a small batch. Another
 * summation order stays far below these bounds; half precision (5e-4 per layer) exceeds them.
 */
const defaultTolerance: Tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-2 };

export function classifier(definition: Classifier): Workload {
  const {
    example,
    classes,
    logits,
    inputs = randomExamples(example, classes),
    small,
    tolerance,
    optimiser = defaultOptimiser,
    ...rest
  } = definition;
  const { name, source, family, batches, trainingBatches } = definition;
  const inherited = { source, family, batches, optimiser, ...(trainingBatches ? { trainingBatches } : {}) };
  return {
    ...rest,
    modes: ['inference', 'training'],
    training: {
      loss: 'softmax-cross-entropy',
      optimiser,
      steps: 3,
    },
    tolerance: { ...defaultTolerance, ...tolerance },
    build(graph, batch, mode) {
      const y = logits(graph, graph.input('x', [batch, ...example]), mode, batch);
      graph.output(mode === 'inference' ? graph.softmax(y) : y, [batch, classes]);
    },
    inputs(batch, buffer, mode): Tensors {
      const { data, labels } = inputs(batch, buffer);
      const x = { type: 'float32' as const, shape: [batch, ...example], data };
      return mode === 'inference' ? { x } : { x, labels: { type: 'int32', shape: [batch], data: labels } };
    },
    ...(small ? { small: classifier({ ...inherited, name: `${name}-small`, ...small }) } : {}),
  };
}

/**
 * Random examples with mean 0 and variance 1, like normalised data; the time of a network does not depend on what its images
 * show. Example k has class k mod `classes`.
 */
function randomExamples(example: readonly number[], classes: number) {
  const bound = Math.sqrt(3);
  return (batch: number, buffer: number) => ({
    data: uniform(0, `examples/${example.join('x')}/${buffer}`, batch * elementCount(example), -bound, bound),
    labels: Int32Array.from({ length: batch }, (_, index) => (buffer * batch + index) % classes),
  });
}
