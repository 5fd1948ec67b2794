/** What would decide what a run left open. */
import { invocation, quoted } from '../common/invocation.js';
import type { Comparison, RunResults } from '../common/run/results.js';
import { isToldApart } from '../common/statistics/ranking.js';
import { minStudentValues } from '../common/statistics/student.js';

/**
 * Empty where everything is told apart, or nothing is known to decide it in reasonable time.
 *
 * @param run what the user calls it
 */
export function resumeText(results: RunResults, run: string): string {
  // A visitor's page is gone.
  if (results.machine.browser !== undefined) return '';
  const further = results.groups.flatMap(({ comparisons }) => comparisons.flatMap(furtherRounds));
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

/** What a round of all cells took; undefined where none was finished. */
function secondsPerRound({ wallMs, finishedRounds }: RunResults): number | undefined {
  const { measuring } = wallMs;
  return measuring === undefined || finishedRounds === 0 ? undefined : measuring / 1000 / finishedRounds;
}
