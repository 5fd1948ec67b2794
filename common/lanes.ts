/** Work side by side on a number of lanes, such as sets of processors. */

/**
 * One item at a time on each lane, begun in order. After a failure no further item is begun; those that run are waited for,
 * so that nothing goes on behind the caller's back, and the first failure is thrown.
 */
export async function onLanes<Item, Lane>(
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
        try {
          await work(item, lane);
        } catch (failure) {
          failures.push(failure);
        }
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
