/** How an interval was made, in words. */
import type { Estimate } from '../common/run/results.js';
import { fixedSampling, type Sampling } from '../common/statistics/sampling.js';
import { minStudentValues } from '../common/statistics/student.js';
import { counted } from '../common/text.js';

/** `99 % interval (signed-rank)`, or why there is none. */
export function levelText(
  { level, rounds }: Pick<Estimate, 'level' | 'rounds'>,
  sampling: Sampling = fixedSampling,
): string {
  const method = sampling.critical(rounds)?.method;
  if (level !== null) return `${Math.round(level * 100)} % interval${method ? ` (${method})` : ''}`;
  return `no interval: ${counted(rounds, 'round')}, ${minStudentValues} are needed`;
}
