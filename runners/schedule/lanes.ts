/** The lanes on which everything is done that is not timed for comparison: all processors of the budget. */
import { type RunContext, threadsOf } from './context.js';

/** Processors of one worker; none where the system cannot bind. */
export type Lane = readonly number[];

/** Disjoint sets of processors, each as large as a worker's budget. */
export function lanesOf(context: RunContext, ownThreads: number | undefined): Lane[] {
  const { all, worker } = context.cpus;
  const threads = threadsOf(context, ownThreads);
  const count = Math.max(1, Math.floor(all.length / threads));
  const timed = worker(threads);
  if (count === 1 || timed.length === 0) return Array.from({ length: count }, () => timed);
  return Array.from({ length: count }, (_, lane) => all.slice(lane * threads, (lane + 1) * threads));
}
