/**
 * The JSON of github-action-benchmark (`tool: customSmallerIsBetter`), which keeps a chart of every benchmark over commits. It compares
 * runs of different sessions; for a verdict on a change the gate measures both sides in one.
 */
import { type GroupIdentity, groupKey } from '../../common/run/cell.js';
import type { RunResults } from '../../common/run/results.js';
import { counted, plain } from '../../common/text.js';
import { inline, intervalText, ranksText, ratio } from '../text.js';

export interface GithubBenchmark {
  /** The id of the cell: the action finds the same benchmark by it. */
  readonly name: string;
  readonly unit: 'ns/iter';
  readonly value: number;
  /** Half of the interval. */
  readonly range?: string;
  readonly extra: string;
}

/** Of the cells with a result. */
export function githubBenchmarks(results: RunResults): GithubBenchmark[] {
  const extras = extrasOf(results);
  return results.cells.flatMap(({ id, metrics }) => {
    if (!metrics) return [];
    const { value, low, high, level, rounds } = metrics.iterationNs;
    const basis = level === null ? '' : ` from ${counted(rounds, 'round')}`;
    const interval = `${intervalText(level, undefined, rounds)}${basis}`;
    return [
      {
        name: plain(id),
        unit: 'ns/iter' as const,
        value: Math.round(value),
        ...(low === null || high === null ? {} : { range: `± ${Math.round((high - low) / 2)}` }),
        extra: [interval, ...(extras.get(id) ?? [])].join('\n'),
      },
    ];
  });
}

/** Rank and ratio of each ranked cell, by id. */
function extrasOf({ groups, cells }: RunResults): Map<string, string[]> {
  const ids = new Map(cells.map((cell) => [keyOf(cell, cell.target), cell.id]));
  const found = new Map<string, string[]>();
  for (const group of groups) {
    const ratios = new Map(group.comparisons.map((one) => [one.target, one]));
    for (const { target, ranks } of group.ranking) {
      const id = ids.get(keyOf(group, target));
      const comparison = ratios.get(target);
      const against = comparison
        ? [`${inline(ratio(comparison.ratio))} of ${plain(comparison.baseline)}`]
        : [];
      if (id !== undefined)
        found.set(id, [`rank ${ranksText(ranks)} of ${group.ranking.length}`, ...against]);
    }
  }
  return found;
}

function keyOf(identity: GroupIdentity, target: string): string {
  return `${groupKey(identity)} ${target}`;
}
