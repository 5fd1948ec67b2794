/**
 * One target learns one task from one seed in a fresh process: epoch after epoch, each timed as a whole, until what it tells of
 * the held-out digits is right often enough, which is looked at between epochs and not timed. The coordinator counts.
 */
import type { Budget, Target } from '../../adapters/adapter.js';
import { explain } from '../../common/errors.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { type AccuracySource, type AccuracyTask, epochOrder } from '../../suites/accuracy.js';
import { startDescribed } from '../hosts/described.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Results } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';

export interface Epoch extends Omit<Results['epoch'], 'witness'> {
  /** How long the main thread was ready during it and had no processor: the machine was not its own. */
  readonly waitNs: number | null;
  /** Held-out digits that were told right after it. */
  readonly correct: number;
}

/** What was trained. */
export interface Trained {
  readonly versions: Readonly<Record<string, string>>;
  readonly loadNs: number;
  readonly heldOut: number;
  readonly epochs: readonly Epoch[];
}

export type Learnt =
  /** `reached`: the last epoch was the first one after which the bar was met. `missed`: none was, of all that were allowed. */
  | (Trained & { readonly state: 'reached' | 'missed' })
  /** Given up, since the allowance would not have been enough. */
  | (Trained & { readonly state: 'unfinished'; readonly reason: string })
  | { readonly state: 'failed'; readonly reason: string };

export interface Lesson {
  readonly task: AccuracyTask;
  readonly seed: number;
  readonly prepared: AccuracySource;
  /** Of the prepared source. */
  readonly artefact: Artefact;
}

export interface Seat {
  readonly target: Target;
  /** The program that the target's workers run in, where it is not the host's own. */
  readonly executable?: string | undefined;
  readonly budget: Budget;
  readonly logFile: string;
  /** Of one epoch. */
  readonly deadlineMs: number;
  readonly allowance: Allowance;
}

type End =
  | { readonly state: 'reached' | 'missed' }
  | { readonly state: 'unfinished'; readonly reason: string };

/** How long one lesson may train. */
export interface Allowance {
  readonly trainingMs: number;
  /** The fewest after which anyone has been there, as far as is known: what would not get so far is not gone on with. */
  readonly fewestEpochs: number;
}

/** @param onEpoch told each epoch as it ends */
export async function learn(seat: Seat, lesson: Lesson, onEpoch: (epoch: Epoch) => void): Promise<Learnt> {
  const { executable, allowance, ...start } = seat;
  try {
    const { worker, description } = await startDescribed({
      ...start,
      ...(executable === undefined ? {} : { executable }),
    });
    try {
      const { folder } = lesson.artefact;
      const { loadNs } = await worker.request({ type: 'load', folder, mode: 'training' });
      const { epochs, ...end } = await epochsOf(worker, lesson, allowance, onEpoch);
      const heldOut = labelsOf(lesson).length;
      return { ...end, versions: description.versions, loadNs, heldOut, epochs };
    } finally {
      await worker.kill();
    }
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error;
    return { state: 'failed', reason: explain(error) };
  }
}

async function epochsOf(
  worker: Worker,
  lesson: Lesson,
  allowance: Allowance,
  onEpoch: (epoch: Epoch) => void,
): Promise<End & { readonly epochs: readonly Epoch[] }> {
  const { task, seed, prepared } = lesson;
  const labels = labelsOf(lesson);
  const epochs: Epoch[] = [];
  while (epochs.length < task.epochs) {
    const reason = shortageOf(epochs, allowance);
    if (reason !== undefined) return { state: 'unfinished', reason, epochs };
    const order = [...epochOrder(prepared, seed, epochs.length)];
    const fromFirstWeights = epochs.length === 0;
    const { witness, ...timed } = await worker.request({ type: 'epoch', order, fromFirstWeights });
    const { classes } = await worker.request({ type: 'classify', buffers: [...prepared.heldOut] });
    const told = classes.flat();
    const correct = labels.filter((label, place) => label === told[place]).length;
    const epoch = { ...timed, waitNs: witness.waitNs, correct };
    epochs.push(epoch);
    onEpoch(epoch);
    if (correct >= task.requiredAccuracy * labels.length) return { state: 'reached', epochs };
    // A loss that is no number any more never becomes one again.
    if (timed.meanLoss === null) break;
  }
  return { state: 'missed', epochs };
}

/**
 * Why it is not gone on with, where the time that it takes at least, for one epoch more and for as many as the quickest learner
 * took, is more than is allowed.
 */
export function shortageOf(
  epochs: readonly Pick<Epoch, 'spanNs'>[],
  { trainingMs, fewestEpochs }: Allowance,
): string | undefined {
  if (epochs.length === 0) return undefined;
  const eachMs = epochs.reduce((sum, { spanNs }) => sum + spanNs, 0) / 1e6 / epochs.length;
  const least = Math.max(epochs.length + 1, fewestEpochs);
  if (least * eachMs <= trainingMs) return undefined;
  const [each, whole, allowed] = [eachMs, least * eachMs, trainingMs].map(
    (ms) => `${(ms / 60_000).toFixed(1)} min`,
  );
  return `an epoch takes ${each}, so ${least} of them at least ${whole}, and a lesson is given ${allowed}: --time gives it more`;
}

function labelsOf({ prepared: { source, heldOut } }: Lesson): number[] {
  return heldOut.flatMap((buffer) => Array.from(source.inputs[buffer]?.labels?.data ?? [], Number));
}
