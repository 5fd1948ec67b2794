/** How much of its budget a run has used in earlier sessions. */
import type { RunEvent } from '../../common/run/run-folder.js';

/**
 * In each session from its beginning, or from the schedule in the first one, to its last turn. What came after that, or a
 * session without any, was start-ups that led to nothing: a run that is killed again and again would otherwise use up its budget
 * with them.
 */
export function measuredMs(earlier: readonly RunEvent[]): number {
  let total = 0;
  let isScheduled = false;
  let sinceMs = 0;
  let usedMs = 0;
  for (const event of earlier) {
    if (event.type === 'began' || event.type === 'schedule') {
      total += usedMs;
      usedMs = 0;
      sinceMs = event.atMs;
      isScheduled ||= event.type === 'schedule';
    } else if (event.type === 'turn' && isScheduled) usedMs = event.atMs - sinceMs;
  }
  return total + usedMs;
}
