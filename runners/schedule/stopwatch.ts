/** What the wall time of a run was spent on; the shares are printed with every report. */
export const activities = [
  'start-up',
  'load',
  'warm-up',
  'measuring',
  'parity check',
  'audit',
  'harness',
] as const;
export type Activity = (typeof activities)[number];

export interface Stopwatch {
  /** Charges what `work` takes to an activity. */
  time<T>(activity: Activity, work: () => Promise<T>): Promise<T>;
  /** Milliseconds by activity since the stopwatch was made; what nothing was charged for is `harness`. */
  spentMs(): Record<Activity, number>;
}

export function startStopwatch(nowMs: () => number = () => performance.now()): Stopwatch {
  const began = nowMs();
  const spent = Object.fromEntries(activities.map((activity) => [activity, 0])) as Record<Activity, number>;
  return {
    async time(activity, work) {
      const start = nowMs();
      try {
        return await work();
      } finally {
        spent[activity] += nowMs() - start;
      }
    },
    spentMs() {
      const charged = Object.values(spent).reduce((total, ms) => total + ms, 0);
      return { ...spent, harness: Math.max(0, nowMs() - began - charged) };
    },
  };
}

/** For work that runs beside other work, whose wall time is charged as a whole elsewhere. */
export const uncharged: Stopwatch = {
  time: (_, work) => work(),
  spentMs: () => Object.fromEntries(activities.map((activity) => [activity, 0])) as Record<Activity, number>,
};
