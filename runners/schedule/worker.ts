/**
 * How the scheduler starts workers: hosts give real ones, tests give scripted ones with a clock of their own, so that
 * schedules have exact expected results.
 */
import type { DeviceChoice } from '../../common/run/device.js';
import type { Worker } from '../protocol/worker.js';

export interface WorkerRequest {
  readonly target: string;
  readonly threads: number;
  readonly cpus: readonly number[];
  readonly device: DeviceChoice;
  /** Where its stdout and stderr go. */
  readonly logFile: string;
}

/** Starts a process; it has not been spoken to yet. */
export type StartWorker = (request: WorkerRequest) => Worker;
