/** Under which conditions a run was measured: of one that was continued, the worst of its sessions. */
import { type Conditions, unknownConditions } from '../../common/run/results.js';
import type { RunEvent } from '../../common/run/run-folder.js';

/** What is good in the last session does not mend the samples of an earlier one. */
export function conditionsOf(events: readonly RunEvent[]): Conditions {
  const sessions = sessionsOf(events);
  // That of the last one where none is worse.
  const processors = sessions.find(isShared) ?? sessions.at(-1);
  if (!processors) return unknownConditions;
  const limits = sessions.flatMap(({ cpuLimit }) => cpuLimit ?? []);
  return {
    loadAverage: highest(sessions.map(({ loadAverage }) => loadAverage)),
    stealShare: highest(sessions.map(({ stealShare }) => stealShare)),
    workerCpus: processors.workerCpus,
    coordinatorCpus: processors.coordinatorCpus,
    ...(limits.length === 0 ? {} : { cpuLimit: lowest(limits) }),
    bound: sessions.every(({ bound }) => bound),
    paused: sessions.every(({ paused }) => paused),
  };
}

/** The share of stolen time is known when a session ends; one that was killed has none. */
function sessionsOf(events: readonly RunEvent[]): Conditions[] {
  const sessions: Conditions[] = [];
  for (const event of events) {
    if (event.type === 'began') sessions.push(event.conditions);
    const last = sessions.at(-1);
    if (event.type === 'ended' && last && event.stealShare !== null)
      sessions[sessions.length - 1] = { ...last, stealShare: event.stealShare };
  }
  return sessions;
}

function isShared({ workerCpus, coordinatorCpus }: Conditions): boolean {
  return workerCpus.some((cpu) => coordinatorCpus.includes(cpu));
}

/** Of those that are known; null where none is. */
function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function lowest(limits: readonly (number | 'unknown')[]): number | 'unknown' {
  const known = limits.filter((limit) => limit !== 'unknown');
  return known.length < limits.length ? 'unknown' : Math.min(...known);
}
