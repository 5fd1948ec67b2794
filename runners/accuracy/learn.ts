/**
 * One target learns one task from one seed in a fresh process: epoch after epoch, each timed as a whole, until what it tells of
 * the held-out digits is right often enough, which is looked at between epochs and not timed. The coordinator counts.
 */
import type { Budget, Target } from '../../adapters/adapter.js';
import { explain } from '../../common/errors.js';
import { type AccuracySource, type AccuracyTask, epochOrder } from '../../suites/accuracy.js';
import type { Artefact } from '../../suites/onnx/artefact.js';
import { startDescribed } from '../process/described.js';
import type { WorkerSession } from '../process/session.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Results } from '../protocol/messages.js';

export interface Epoch extends Omit<Results['epoch'], 'witness'> {
  /** How long the main thread was ready during it and had no processor: the machine was not its own. */
  readonly waitNs: number | null;
  /** Held-out digits that were told right after it. */
  readonly correct: number;
}

export type Learnt =
  | {
      /** `reached`: the last epoch was the first one after which the bar was met. `missed`: none was, of all that were allowed. */
      readonly state: 'reached' | 'missed';
      readonly versions: Readonly<Record<string, string>>;
      readonly loadNs: number;
      readonly heldOut: number;
      readonly epochs: readonly Epoch[];
    }
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
  /** Interpreter of the target's environment, where it has one. */
  readonly python?: string | undefined;
  readonly budget: Budget;
  readonly logFile: string;
  /** Of one epoch. */
  readonly deadlineMs: number;
}

/** @param onEpoch told each epoch as it ends */
export async function learn(seat: Seat, lesson: Lesson, onEpoch: (epoch: Epoch) => void): Promise<Learnt> {
  const { python, ...start } = seat;
  try {
    const { session, description } = await startDescribed({
      ...start,
      ...(python === undefined ? {} : { python }),
    });
    try {
      const { folder } = lesson.artefact;
      const { loadNs } = await session.request({ type: 'load', folder, mode: 'training' });
      const epochs = await epochsOf(session, lesson, onEpoch);
      const heldOut = labelsOf(lesson).length;
      const isEnough = (epochs.at(-1)?.correct ?? 0) >= lesson.task.bar * heldOut;
      const state = isEnough ? 'reached' : 'missed';
      return { state, versions: description.versions, loadNs, heldOut, epochs };
    } finally {
      await session.kill();
    }
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error;
    return { state: 'failed', reason: explain(error) };
  }
}

async function epochsOf(
  session: WorkerSession,
  lesson: Lesson,
  onEpoch: (epoch: Epoch) => void,
): Promise<Epoch[]> {
  const { task, seed, prepared } = lesson;
  const labels = labelsOf(lesson);
  const epochs: Epoch[] = [];
  while (epochs.length < task.epochs) {
    const order = [...epochOrder(prepared, seed, epochs.length)];
    const fromFirstWeights = epochs.length === 0;
    const { witness, ...timed } = await session.request({ type: 'epoch', order, fromFirstWeights });
    const { classes } = await session.request({ type: 'classify', buffers: [...prepared.heldOut] });
    const told = classes.flat();
    const correct = labels.filter((label, place) => label === told[place]).length;
    const epoch = { ...timed, waitNs: witness.waitNs, correct };
    epochs.push(epoch);
    onEpoch(epoch);
    // A loss that is no number any more never becomes one again.
    if (correct >= task.bar * labels.length || timed.meanLoss === null) break;
  }
  return epochs;
}

function labelsOf({ prepared: { source, heldOut } }: Lesson): number[] {
  return heldOut.flatMap((buffer) => Array.from(source.inputs[buffer]?.labels?.data ?? [], Number));
}
