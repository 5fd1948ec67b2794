/**
 * What is measured: a workload is one file under `suites/<family>/` that default-exports one of these (or several, where a
 * source defines sizes of one thing), and is found by its folder. Its docstring names the source of its definition, the
 * shapes, the parameter count and why it is drawn exactly so; `list` prints counts, batches, loss and rule from the object, and
 * with `--json` tolerances too.
 */
import { z } from 'zod';
import { type Mode, mode, modes, type Precision, precision } from '../common/vocabulary.js';
import type { GraphBuilder } from './builder.js';
import type { Tensors } from './graph.js';

export { type Mode, mode, modes, type Precision, precision };

/**
 * Update rules, written down once because frameworks differ; g is the gradient of the mean loss over the batch, and what
 * they keep starts at zero.
 *
 * `sgd`, stochastic gradient descent with classical momentum: `v ← momentum·v + g; w ← w − learningRate·v`; no dampening,
 * no Nesterov, no weight decay.
 *
 * `adam`, algorithm 1 of Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), in step t = 1, 2, …:
 * `m ← beta1·m + (1 − beta1)·g; v ← beta2·v + (1 − beta2)·g²;
 * w ← w − learningRate·m / (1 − beta1ᵗ) / (√(v / (1 − beta2ᵗ)) + epsilon)`.
 *
 * `rmsprop`, Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6e (2012): `v ← decay·v + (1 − decay)·g²;
 * w ← w − learningRate·g / (√v + epsilon)`; no momentum, no mean taken from the gradients, no correction of the first steps.
 */
const sgd = z.object({
  name: z.literal('sgd'),
  learningRate: z.number().positive(),
  momentum: z.number().min(0).max(1),
});
const adam = z.object({
  name: z.literal('adam'),
  learningRate: z.number().positive(),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  epsilon: z.number().positive(),
});
const rmsprop = z.object({
  name: z.literal('rmsprop'),
  learningRate: z.number().positive(),
  decay: z.number().min(0).lt(1),
  epsilon: z.number().positive(),
});
export const optimiser = z.discriminatedUnion('name', [sgd, adam, rmsprop]);
export type Optimiser = z.infer<typeof optimiser>;

/**
 * Means over all labels; what they are of is the graph's only output, [batch, classes], or [batch, steps, classes] with a label
 * for each step.
 *
 * `softmax-cross-entropy`: −log softmax(output)[label].
 *
 * `policy-gradient`: advantage · −log softmax(output)[label], a label being the action that was taken, whose probability is to
 * grow where the advantage is positive (REINFORCE: Williams 1992). `advantages` come with the labels.
 *
 * `huber`: Huber(output[label]) with δ = 1, which is e²/2 up to 1 and |e| − 1/2 from there (Huber 1964); outputs are errors, of
 * which only the chosen one counts.
 */
export const loss = z.enum(['softmax-cross-entropy', 'policy-gradient', 'huber']);
export type Loss = z.infer<typeof loss>;

export const training = z.object({
  loss,
  optimiser,
  /** Steps of the loss trajectory that a target must reproduce before it is timed. */
  steps: z.number().int().min(3),
});
export type Training = z.infer<typeof training>;

/**
 * One iteration is a loop of `steps` runs, in which outputs of a run are inputs of the next: the state of a language model, and the
 * token that it has chosen.
 */
export const generation = z.object({
  steps: z.number().int().min(2),
  /** The name of the output that each such input is fed. */
  feedback: z.record(z.string(), z.string()),
});
export type Generation = z.infer<typeof generation>;

/** Largest accepted ‖actual − reference‖ / ‖reference‖ (Euclidean norms over a whole tensor). */
export const tolerance = z.object({
  output: z.number().positive(),
  loss: z.number().positive(),
  gradient: z.number().positive(),
  weight: z.number().positive(),
  /**
   * Root mean square of an output below which its error is compared with this and not with the output itself: what is next to nothing
   * all over, such as probabilities of what is not there, need not be right in every digit.
   */
  floor: z.number().positive().optional(),
});
export type Tolerance = z.infer<typeof tolerance>;

export interface Workload {
  /** Lower-case, with hyphens, unique: `lenet5`. */
  readonly name: string;
  readonly title: string;
  /** Paper, section or well-known implementation that defines it. */
  readonly source: string;
  readonly family: 'cnn' | 'lstm' | 'rl' | 'micro';
  readonly modes: readonly Mode[];
  readonly batches: readonly number[];
  /** Where training wants others: what normalises by its batch needs one of more than a few. */
  readonly trainingBatches?: readonly number[];
  /** Trainable scalars, as the source counts them. */
  readonly parameterCount: number;
  /**
   * Multiplications with an addition of one example's inference, as published counts have them: of convolutions, matrix
   * products and recurrent layers, nothing else (`model/multiply-adds.ts` counts a graph's). Each is two FLOPs.
   */
  readonly multiplyAdds: number;
  /** Where it generates; `multiplyAdds` are those of a step. */
  readonly generation?: Generation;
  /** Present exactly where `modes` has training. */
  readonly training?: Training;
  readonly tolerance: Tolerance;
  /**
   * Draws the graph. What classifies ends in the class probabilities (Softmax) in `inference`, as it is deployed, and in the
   * logits in `training`, because the loss takes those.
   */
  build(graph: GraphBuilder, batch: number, mode: Mode): void;
  /**
   * One batch of real input. `buffer` tells apart the distinct batches among which a measurement rotates.
   * Keys are the graph's input names; in training `labels` (int32, the logits' shape without the classes) comes with them, and
   * `advantages` (float32, of the same shape) where the loss takes those.
   */
  inputs(batch: number, buffer: number, mode: Mode): Tensors;
  /**
   * The same architecture, narrower or at a lower resolution, for slow frameworks and for CI: a workload of its own, whose
   * name ends in `-small`. Workloads that are small already have none.
   */
  readonly small?: Workload;
  /** Of what reads a sequence whose length is not part of its definition: `--length` builds it at others. */
  readonly sequence?: Sequence;
}

export interface Sequence {
  /** Steps of one example, as it stands here. */
  readonly length: number;
  /** Steps by its definition: what is measured where no other length is asked for. */
  readonly own: number;
  /** The longest for which its inputs and its tolerances are meant. */
  readonly longest: number;
  /** The same workload, by name and weights too, over sequences of another length. */
  at(length: number): Workload;
}

/** The length, where it is another than the workload's own: then it is part of what everything of it is called. */
export function otherLength({ sequence }: Pick<Workload, 'sequence'>): number | undefined {
  return sequence && sequence.length !== sequence.own ? sequence.length : undefined;
}

export function batchesOf(workload: Workload, mode: Mode): readonly number[] {
  return (mode === 'training' ? workload.trainingBatches : undefined) ?? workload.batches;
}

/** What of a workload a suite measures. */
export interface Selection {
  readonly workload: string;
  /** By mode; what is not here is not measured. All of the workload's where it is left out. */
  readonly batches?: Partial<Readonly<Record<Mode, readonly number[]>>>;
}

/** A named selection of workloads, by name or with the batches at which they are measured. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly workloads: readonly (string | Selection)[];
  /** Measuring budget in milliseconds where none is given; else it grows with the number of targets. */
  readonly budgetMs?: number;
}

export function selectionsOf(suite: Suite): readonly Selection[] {
  return suite.workloads.map((entry) => (typeof entry === 'string' ? { workload: entry } : entry));
}
