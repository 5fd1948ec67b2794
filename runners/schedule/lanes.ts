/** Work side by side on all processors of the budget: whatever is not timed for comparison. */
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

/**
 * One item at a time on each lane, begun in order. After a failure no further item is begun; those that run are waited for,
 * so that nothing goes on behind the caller's back, and the first failure is thrown.
 */
export async function onLanes<Item>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (item: Item, lane: Lane) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      while (waiting.length > 0 && failures.length === 0) {
        const [item] = waiting.splice(0, 1) as [Item];
        await work(item, lane).catch((failure: unknown) => failures.push(failure));
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
