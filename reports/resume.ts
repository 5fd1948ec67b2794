/** What would decide what a run left open. */
import { invocation, quoted } from '../common/invocation.js';
import type { Comparison, RunResults } from '../common/run/results.js';
import { isToldApart } from '../common/statistics/ranking.js';
import { minStudentValues } from '../common/statistics/student.js';
import { opennessOf } from './analyse/open-comparisons.js';

/**
 * Empty where everything is decided, or nothing is known to decide it in reasonable time.
 *
 * @param run what the user calls it
 */
export function resumeText(results: RunResults, run: string): string {
  // A visitor's page is gone.
  if (results.machine.browser !== undefined) return '';
  const further = [
    ...results.groups.flatMap(({ comparisons }) => comparisons.flatMap(furtherRounds)),
    ...opennessOf(results).open.flatMap((open) => open.furtherRounds ?? []),
  ];
  const perRound = secondsPerRound(results);
  if (further.length === 0 || perRound === undefined) return '';
  const seconds = Math.ceil((Math.max(...further) * perRound) / 30) * 30;
  return `${invocation(`--resume ${quoted(run)}`)} --time ${seconds}s`;
}

function furtherRounds(comparison: Comparison): number[] {
  const { rounds } = comparison.ratio;
  // Before that nothing is known of how many would decide.
  if (rounds < minStudentValues) return [minStudentValues - rounds];
  return isToldApart(comparison) || comparison.furtherRounds === null ? [] : [comparison.furtherRounds];
}

/** What the wall time has beside the rounds. */
const beforeRounds = ['parity check', 'comparison'];

/** What a round of all cells took, with the start of its processes; undefined where none was finished. */
function secondsPerRound({ wallMs, finishedRounds }: RunResults): number | undefined {
  if (wallMs.measuring === undefined || finishedRounds === 0) return undefined;
  const spent = Object.entries(wallMs).filter(([activity]) => !beforeRounds.includes(activity));
  return spent.reduce((sum, [, ms]) => sum + ms, 0) / 1000 / finishedRounds;
}
