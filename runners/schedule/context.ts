/** What every stage of a run is handed: the run's state, the means to start workers, and someone to tell. */

import type { DeviceChoice } from '../../common/run/device.js';
import type { Observer } from '../../common/run/observer.js';
import { threadCounts } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { StoppingRule } from '../../common/run/stopping-rule.js';
import type { Tensors } from '../../model/graph.js';
import type { Intermediates } from '../../model/reference/intermediates.js';
import type { ProcessorReading } from '../machine/processors.js';
import type { Reference } from '../parity/reference.js';
import type { KeptVerdict } from '../parity/verdicts.js';
import type { RunState } from './run-state.js';
import type { Stopwatch } from './stopwatch.js';
import type { StartWorker } from './worker.js';

export interface RunContext {
  readonly folder: string;
  readonly state: RunState;
  readonly startWorker: StartWorker;
  /** The null target of each host that has one; of pages that of each browser, by its name. */
  readonly nullTargets: ReadonlyMap<string, { readonly target: string; readonly device: DeviceChoice }>;
  /** Whether the target compiles each model, which can take many times as long as an import. */
  compiles(target: string): boolean;
  /** Parity verdicts that earlier runs have kept for this one, and its own for later ones. */
  readonly verdicts: CellVerdicts;
  readonly stopwatch: Stopwatch;
  readonly observer: Observer;
  /** Aborted when the user asks to stop: workers are killed, nothing more is started. */
  readonly signal: AbortSignal;
  /** Measuring time that this session may use: in a resumed run, what earlier sessions left of it or what is given anew. */
  readonly allowanceMs: number;
  /** Whether a run that goes on was given time anew: more rounds than were planned, then. */
  readonly isExtended: boolean;
  /** Decides, round by round, what still has to be measured; absent where the plan alone does. */
  readonly stoppingRule?: StoppingRule;
  /** Reads the processors that workers with so many threads are timed on. */
  readProcessors(threads: number): ProcessorReading;
  /** Monotonic, in milliseconds. */
  nowMs(): number;
  readonly cpus: {
    /** Where timed work with so many threads runs, one worker at a time. */
    worker(threads: number): readonly number[];
    /** All that may be used where nothing is timed for comparison, as in the parity check. */
    readonly all: readonly number[];
    /** Before anything is timed with so many threads: the coordinator goes where it leaves them room. */
    giveWay(threads: number): void;
  };
  readonly deadlineMs: number;
  /** Memory that a new process could have now. */
  availableBytes(): number;
  readonly files: TensorFiles;
}

export interface CellVerdicts {
  find(cell: PlannedCell): Promise<KeptVerdict | undefined>;
  /** @param checkedAt of a verdict of which only what it says of times is new; now by default */
  keep(cell: PlannedCell, verdict: KeptVerdict['verdict'], checkedAt?: string): Promise<void>;
}

/** Reads tensors and artefacts; injected so that schedules are tested without files. */
export interface TensorFiles {
  read(path: string): Promise<Tensors>;
  remove(path: string): Promise<void>;
  reference(folder: string): Promise<Reference>;
  /** The same model with every value as an output, where that can be had. */
  intermediates(folder: string, buffer: number): Promise<Intermediates | undefined>;
}

/** The least count of the run for what has none of its own, such as the null target. */
export function threadsOf(
  { state }: { readonly state: Pick<RunState, 'manifest'> },
  threads: number | undefined,
): number {
  return threads ?? Math.min(...threadCounts(state.manifest.options));
}
