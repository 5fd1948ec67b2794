/** What the turns of one group of cells need in one round. */
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { Reference } from '../parity/reference.js';
import type { Share } from './budget.js';
import type { RunContext } from './context.js';
import type { Lane } from './lanes.js';
import type { LiveWorker } from './live-worker.js';
import type { Random } from './random.js';

export interface Group {
  readonly context: RunContext;
  readonly round: number;
  readonly reference: Reference;
  readonly random: Random;
  /** Where turns are taken, one worker at a time. */
  readonly timedOn: Lane;
  /** Where everything else is done, side by side. */
  readonly lanes: readonly Lane[];
  readonly guarded: Guard;
  /** Throws when the time is up. */
  checkTime(): void;
}

/**
 * Runs one cell's work, and gives undefined where it failed: then the cell has failed, and its process was replaced by one on
 * the lane.
 */
export type Guard = <T>(cell: PlannedCell, lane: Lane, work: () => Promise<T>) => Promise<T | undefined>;

/** A cell that is loaded: its worker, and what its turns kept for the audit. */
export interface LoadedCell {
  readonly cell: PlannedCell;
  readonly worker: LiveWorker;
  readonly share: Share;
  /** Buffer of the output that each turn kept. */
  readonly kept: number[];
  /** Whether iterations can be handed to its device without waiting for each. */
  readonly queues: boolean;
}

/** Raised inside a round when its time is up; what was measured stays. */
export class BudgetSpent extends Error {}
