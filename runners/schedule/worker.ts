/**
 * What the scheduler needs of a worker process: `runners/process/` gives real ones, tests give scripted ones with a
 * clock of their own, so that schedules have exact expected results.
 */
import type { RequestBody, Results } from '../protocol/messages.js';

export interface Worker {
  /** Rejects with a `WorkerFailure`, after which the worker is not usable any more. */
  request<Body extends RequestBody>(body: Body, deadlineMs?: number): Promise<Results[Body['type']]>;
  /** Stops the process where that is safe, so that it costs nothing while others are timed. */
  pause(): void;
  resume(): void;
  /** Ends the process and everything that it started; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface WorkerRequest {
  readonly target: string;
  readonly threads: number;
  readonly cpus: readonly number[];
  /** Where its stdout and stderr go. */
  readonly logFile: string;
}

/** Starts a process; it has not been spoken to yet. */
export type StartWorker = (request: WorkerRequest) => Worker;
