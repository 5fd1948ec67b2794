/** A running worker as the coordinator uses it, whatever carries it. */
import type { RequestBody, Results } from './messages.js';

export interface Worker {
  /**
   * Rejects with a `WorkerFailure`; after any but `refused` the worker is being ended and is of no more use.
   *
   * @param deadlineMs that with which the worker was started where none is given
   */
  request<Body extends RequestBody>(body: Body, deadlineMs?: number): Promise<Results[Body['type']]>;
  /** Stops the worker where its host can, so that it costs nothing while others are timed. */
  pause(): void;
  resume(): void;
  /** Binds the worker, with all of its threads, to other processors; does nothing where its host cannot, or for none. */
  moveTo(cpus: readonly number[]): Promise<void>;
  /** Ends the worker and everything that it started; resolves when it is gone and its log is written. */
  kill(): Promise<void>;
}
