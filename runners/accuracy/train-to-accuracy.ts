/**
 * Trains one target on one task from one seed in a new process, epoch by epoch, until the required accuracy on the held-out
 * digits is reached. Whole epochs are timed; the held-out digits are classified between epochs, outside the clock. The
 * coordinator counts the correct ones.
 */
import type { Budget, Target } from '../../adapters/adapter.js';
import { at, defined } from '../../common/at.js';
import { explain } from '../../common/errors.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { type AccuracySource, type AccuracyTask, epochOrder } from '../../suites/accuracy.js';
import { startDescribed } from '../hosts/described.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Results } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';

export interface Epoch extends Omit<Results['epoch'], 'witness'> {
  /** Nanoseconds in which the main thread was runnable but had no processor; null if unknown. */
  readonly waitNs: number | null;
  /** Held-out digits that are classified correctly after the epoch. */
  readonly correct: number;
}

export interface Trained {
  readonly versions: Readonly<Record<string, string>>;
  readonly loadNs: number;
  /** Number of held-out digits. */
  readonly heldOut: number;
  readonly epochs: readonly Epoch[];
}

export type TrainingOutcome =
  /** `reached`: the required accuracy after the last epoch. `missed`: not after any of the permitted epochs. */
  | (Trained & { readonly state: 'reached' | 'missed' })
  /** Stopped because the time limit would not be enough. */
  | (Trained & { readonly state: 'unfinished'; readonly reason: string })
  | { readonly state: 'failed'; readonly reason: string };

/** A task with the data of one seed. */
export interface TrainingRun {
  readonly task: AccuracyTask;
  readonly seed: number;
  readonly prepared: AccuracySource;
  /** Made from the prepared source. */
  readonly artefact: Artefact;
}

export interface TrainingSubject {
  readonly target: Target;
  /** The program that the target's workers run in, if it is not the host's own. */
  readonly executable?: string | undefined;
  readonly budget: Budget;
  readonly logFile: string;
  /** Deadline of one epoch. */
  readonly deadlineMs: number;
  readonly limit: TimeLimit;
}

/** How long a training run may take. */
export interface TimeLimit {
  readonly trainingMs: number;
  /** The smallest number of epochs in which any target has reached the accuracy, as far as is known. */
  readonly minEpochs: number;
}

type End =
  | { readonly state: 'reached' | 'missed' }
  | { readonly state: 'unfinished'; readonly reason: string };

/** @param onEpoch called after each epoch */
export async function trainToAccuracy(
  subject: TrainingSubject,
  run: TrainingRun,
  onEpoch: (epoch: Epoch) => void,
): Promise<TrainingOutcome> {
  const { executable, limit, ...start } = subject;
  try {
    const { worker, description } = await startDescribed({
      ...start,
      ...(executable === undefined ? {} : { executable }),
    });
    try {
      const { folder } = run.artefact;
      const { loadNs } = await worker.request({ type: 'load', folder, mode: 'training' });
      const { epochs, ...end } = await trainEpochs(worker, run, limit, onEpoch);
      const heldOut = heldOutLabels(run).length;
      return { ...end, versions: description.versions, loadNs, heldOut, epochs };
    } finally {
      await worker.kill();
    }
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error;
    return { state: 'failed', reason: explain(error) };
  }
}

async function trainEpochs(
  worker: Worker,
  run: TrainingRun,
  limit: TimeLimit,
  onEpoch: (epoch: Epoch) => void,
): Promise<End & { readonly epochs: readonly Epoch[] }> {
  const { task, seed, prepared } = run;
  const labels = heldOutLabels(run);
  const epochs: Epoch[] = [];
  while (epochs.length < task.epochs) {
    const reason = timeShortage(epochs, limit);
    if (reason !== undefined) return { state: 'unfinished', reason, epochs };
    const order = [...epochOrder(prepared, seed, epochs.length)];
    const fromFirstWeights = epochs.length === 0;
    const { witness, ...timed } = await worker.request({ type: 'epoch', order, fromFirstWeights });
    const { classes } = await worker.request({ type: 'classify', buffers: [...prepared.heldOut] });
    const predicted = classes.flat();
    const correct = labels.filter((label, index) => label === predicted[index]).length;
    const epoch = { ...timed, waitNs: witness.waitNs, correct };
    epochs.push(epoch);
    onEpoch(epoch);
    if (correct >= task.requiredAccuracy * labels.length) return { state: 'reached', epochs };
    // A loss that is not finite does not become finite again.
    if (timed.meanLoss === null) break;
  }
  return { state: 'missed', epochs };
}

/**
 * Why the run is stopped: the estimated time for one more epoch, and for as many as the fastest target needed, exceeds the limit.
 * Undefined if it continues.
 */
export function timeShortage(
  epochs: readonly Pick<Epoch, 'spanNs'>[],
  { trainingMs, minEpochs }: TimeLimit,
): string | undefined {
  if (epochs.length === 0) return undefined;
  const epochMs = epochs.reduce((sum, { spanNs }) => sum + spanNs, 0) / 1e6 / epochs.length;
  const needed = Math.max(epochs.length + 1, minEpochs);
  if (needed * epochMs <= trainingMs) return undefined;
  const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;
  return `an epoch takes ${minutes(epochMs)}, ${needed} epochs at least ${minutes(needed * epochMs)}; the limit is ${minutes(trainingMs)} (--time)`;
}

function heldOutLabels({ prepared: { source, heldOut } }: TrainingRun): number[] {
  return heldOut.flatMap((buffer) => {
    const { labels } = at(source.inputs, buffer, 'input buffers');
    return Array.from(defined(labels, `labels of input buffer ${buffer}`).data, Number);
  });
}
