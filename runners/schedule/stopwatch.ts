/** What a run needs of frameworks: in their workers, apart from what passing a line to them takes. */
export const workerActivities = [
  ...(['start-up', 'load', 'warm-up', 'measuring', 'parity check', 'audit'] as const),
];
/** What the harness does itself; `harness` is what is none of the others. */
export const ownActivities = ['comparison', 'stopping rule', 'worker exit', 'harness'] as const;
/** What the time of a run was spent on; the shares are printed with every report. */
export const activities = [...workerActivities, ...ownActivities] as const;
export type Activity = (typeof activities)[number];

export interface Stopwatch {
  /** Charges what `work` takes to an activity, whatever else runs meanwhile. */
  time<T>(activity: Activity, work: () => Promise<T>): Promise<T>;
  /**
   * Milliseconds by activity since the stopwatch was made. What ran side by side counts for each; `harness` is the wall
   * time in which nothing was charged.
   */
  spentMs(): Record<Activity, number>;
  /** Wall time since the stopwatch was made. */
  wallMs(): number;
}

export function startStopwatch(nowMs: () => number = () => performance.now()): Stopwatch {
  const began = nowMs();
  const spent = Object.fromEntries(activities.map((activity) => [activity, 0])) as Record<Activity, number>;
  let running = 0;
  let chargedSince = began;
  let chargedMs = 0;
  const wallMs = () => nowMs() - began;
  return {
    async time(activity, work) {
      const start = nowMs();
      if (running === 0) chargedSince = start;
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        const end = nowMs();
        spent[activity] += end - start;
        if (running === 0) chargedMs += end - chargedSince;
      }
    },
    spentMs: () => ({ ...spent, harness: Math.max(0, wallMs() - chargedMs) }),
    wallMs,
  };
}
