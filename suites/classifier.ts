/** What the workloads that classify drawn pictures or sequences have in common. */

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
  /** Shape of one example: channels first. */
  readonly example: readonly number[];
  readonly classes: number;
  /** Its name is the full one's with `-small` behind; what is not said is the full one's too. */
  readonly small?: SmallForm;
  readonly tolerance?: Partial<Tolerance>;
  /** Momentum at 0.01 where the source has another rule than the four that there are, or where it leaves it open. */
  readonly optimiser?: Optimiser;
  /** From examples [batch, …] to logits [batch, classes]. */
  logits(graph: GraphBuilder, x: ValueName, mode: Mode, batch: number): ValueName;
  /** Real examples, where there are some; drawn ones else. */
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

const usualOptimiser: Optimiser = { name: 'sgd', learningRate: 0.01, momentum: 0.9 };

/**
 * Float32 against float64 over some fifty layers: rounding grows with the depth, and normalising by the statistics of a
 * small batch makes more of it. What another kernel order does is far below, what half precision does (5e-4 a layer) above.
 */
const usualTolerance: Tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-2 };

export function classifier(definition: Classifier): Workload {
  const {
    example,
    classes,
    logits,
    inputs = drawn(example, classes),
    small,
    tolerance,
    optimiser = usualOptimiser,
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
    tolerance: { ...usualTolerance, ...tolerance },
    build(graph, batch, mode) {
      const last = logits(graph, graph.input('x', [batch, ...example]), mode, batch);
      graph.output(mode === 'inference' ? graph.softmax(last) : last, [batch, classes]);
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
 * Examples of mean 0 and variance 1, as normalised data is, from the generator: what a network computes does not depend
 * on what its pictures show. Example k is of class k mod `classes`.
 */
function drawn(example: readonly number[], classes: number) {
  const bound = Math.sqrt(3);
  return (batch: number, buffer: number) => ({
    data: uniform(0, `examples/${example.join('x')}/${buffer}`, batch * elementCount(example), -bound, bound),
    labels: Int32Array.from({ length: batch }, (_, index) => (buffer * batch + index) % classes),
  });
}
