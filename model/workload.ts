/**
 * The contract of a workload. A file under `suites/<family>/` default-exports one `Workload`, or several where a source
 * defines several sizes, and is discovered by its folder. Its docstring names the source of the definition, the shapes, the
 * parameter count and every deviation. `list` prints counts, batches, loss and optimiser; `list --json` also tolerances.
 */
import { z } from 'zod';
import { type Mode, mode, modes, type Precision, precision } from '../common/vocabulary.js';
import type { GraphBuilder } from './builder.js';
import type { Tensors } from './graph.js';

export { type Mode, mode, modes, type Precision, precision };

/**
 * Update rules, defined here because frameworks differ. g is the gradient of the mean loss over the batch; all state starts
 * at zero.
 *
 * `sgd`, stochastic gradient descent with classical momentum: `v ← momentum·v + g; w ← w − learningRate·v`; no dampening,
 * no Nesterov, no weight decay.
 *
 * `adam`, algorithm 1 of Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), in step t = 1, 2, …:
 * `m ← beta1·m + (1 − beta1)·g; v ← beta2·v + (1 − beta2)·g²;
 * w ← w − learningRate·m / (1 − beta1ᵗ) / (√(v / (1 − beta2ᵗ)) + epsilon)`.
 *
 * `rmsprop`, Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6e (2012): `v ← decay·v + (1 − decay)·g²;
 * w ← w − learningRate·g / (√v + epsilon)`; no momentum, not centred, no bias correction.
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
 * Losses: means over all labels. The graph's only output is [batch, classes], or [batch, steps, classes] with a label for
 * each step.
 *
 * `softmax-cross-entropy`: −log softmax(output)[label].
 *
 * `policy-gradient`: advantage · −log softmax(output)[label]; the label is the action taken (REINFORCE: Williams 1992). The
 * input set has `advantages` in addition to `labels`.
 *
 * `huber`: Huber(output[label]) with δ = 1: e²/2 for |e| ≤ 1, |e| − 1/2 above (Huber 1964). The outputs are errors, and
 * only the one that the label selects has a loss.
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
 * A generation loop: one iteration is `steps` runs of the graph, in which outputs of a run become inputs of the next, such as
 * the state of a language model and the token that it has selected.
 */
export const generation = z.object({
  steps: z.number().int().min(2),
  /** By input name, the output that is fed back. */
  feedback: z.record(z.string(), z.string()),
});
export type Generation = z.infer<typeof generation>;

/** Maximum ‖actual − reference‖ / ‖reference‖ (Euclidean norms over a whole tensor). */
export const tolerance = z.object({
  output: z.number().positive(),
  loss: z.number().positive(),
  gradient: z.number().positive(),
  weight: z.number().positive(),
  /**
   * If the root mean square of an output is below this floor, the error is taken relative to the floor: an output that is
   * close to zero everywhere, such as probabilities of absent classes, need not be accurate in every digit.
   */
  floor: z.number().positive().optional(),
});
export type Tolerance = z.infer<typeof tolerance>;

export interface Workload {
  /** Lower-case, with hyphens, unique: `lenet5`. */
  readonly name: string;
  readonly title: string;
  /** Paper and section, or well-known implementation, that defines it. */
  readonly source: string;
  readonly family: 'cnn' | 'lstm' | 'rl' | 'micro';
  readonly modes: readonly Mode[];
  readonly batches: readonly number[];
  /** Batch sizes of training if they differ: batch normalisation needs more than a few examples. */
  readonly trainingBatches?: readonly number[];
  /** Trainable scalars, as the source counts them. */
  readonly parameterCount: number;
  /**
   * Multiply-adds of one example's inference, as in published counts: those of convolutions, matrix products and recurrent
   * layers only (`model/multiply-adds.ts` counts those of a graph). Each is two FLOPs.
   */
  readonly multiplyAdds: number;
  /** For a generation loop; `multiplyAdds` then counts one step. */
  readonly generation?: Generation;
  /** Present if and only if `modes` includes training. */
  readonly training?: Training;
  readonly tolerance: Tolerance;
  /**
   * Builds the graph. A classifier outputs class probabilities (Softmax) in `inference`, as it is deployed, and logits in
   * `training`, as the loss expects.
   */
  build(graph: GraphBuilder, batch: number, mode: Mode): void;
  /**
   * One batch of real input by input name. In training also `labels` (int32, the logits' shape without the classes) and, for
   * the policy-gradient loss, `advantages` (float32, the same shape).
   *
   * @param buffer number of the batch; a measurement rotates through several distinct ones
   */
  inputs(batch: number, buffer: number, mode: Mode): Tensors;
  /**
   * The same architecture, narrower or at a lower resolution, for slow frameworks and for CI: a separate workload whose name
   * ends in `-small`. Absent if the workload itself is small.
   */
  readonly small?: Workload;
  /** Present if the length of the input sequence is not part of the definition: `--length` selects another. */
  readonly sequence?: Sequence;
}

export interface Sequence {
  /** Steps of one example. */
  readonly length: number;
  /** Steps by definition, measured unless `--length` is given. */
  readonly defaultLength: number;
  /** Maximum length for which inputs and tolerances are valid. */
  readonly maxLength: number;
  /** The same workload, with the same name and weights, over sequences of another length. */
  withLength(length: number): Workload;
}

/** The length if it is not the default one; it is then part of file names and cell names. */
export function nonDefaultLength({ sequence }: Pick<Workload, 'sequence'>): number | undefined {
  return sequence && sequence.length !== sequence.defaultLength ? sequence.length : undefined;
}

export function batchesOf(workload: Workload, mode: Mode): readonly number[] {
  return (mode === 'training' ? workload.trainingBatches : undefined) ?? workload.batches;
}

/** The part of a workload that a suite measures. */
export interface Selection {
  readonly workload: string;
  /** By mode; a mode without an entry is not measured. By default all batches of all modes of the workload. */
  readonly batches?: Partial<Readonly<Record<Mode, readonly number[]>>>;
}

/** A named list of workloads, by name or with the batches to measure. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly workloads: readonly (string | Selection)[];
  /** Default time budget; without it the budget grows with the number of targets. */
  readonly budgetMs?: number;
}

export function selectionsOf(suite: Suite): readonly Selection[] {
  return suite.workloads.map((entry) => (typeof entry === 'string' ? { workload: entry } : entry));
}
