/** What a run knows while it goes on: for each comparison who leads, and every other target's ratio to it. */
import type { RunSoFar } from '../../common/run/observer.js';
import type { CellResult, Group } from '../../common/run/results.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { counted } from '../../common/text.js';
import { groupsOf } from '../analyse/groups.js';
import { type Openness, openComparisons } from '../analyse/open-comparisons.js';
import { timedCells } from '../analyse/timed-cells.js';
import { groupTitle, inline, ratio } from '../text.js';
import { fitted, wrapped } from './lines.js';

export interface Standings {
  /** `4 rounds done, 12 of 54 comparisons open` */
  readonly progress: string;
  /** `at most 75 s left` */
  readonly left: string;
  /** Each comparison and its leader, for a log. */
  readonly leaders: string;
  readonly groups: readonly Group[];
  /** What the groups were made of, without percentiles. */
  readonly cells: readonly CellResult[];
}

export function standingsNow({ manifest, events, rounds, leftMs }: RunSoFar): Standings {
  const { precision } = manifest.options;
  const sampling = samplingOf({ precision });
  // A gate compares the roles of a target, and has its own words for what it finds.
  const cells = manifest.gate ? [] : timedCells(manifest, events, sampling);
  const groups = groupsOf(cells, [], sampling).filter(({ ranking }) => ranking.length > 0);
  const openness = precision === undefined ? [] : [openComparisons(cells, precision, sampling)];
  return {
    progress: [`${counted(rounds, 'round')} done`, ...openness.map(openText)].join(', '),
    left: `at most ${Math.max(0, Math.ceil(leftMs / 1000))} s left`,
    leaders: groups.map((group) => `${groupTitle(group)}: ${leaderOf(group)}`).join('; '),
    groups,
    cells,
  };
}

function openText({ count, open }: Openness): string {
  return `${open.length} of ${counted(count, 'comparison')} open`;
}

/** Those that may be the fastest. */
function leaderOf({ ranking }: Group): string {
  const first = ranking.filter(({ ranks }) => ranks[0] === 1);
  return first.length > 3
    ? `${counted(first.length, 'target')} level`
    : first.map(({ target }) => target).join(' or ');
}

/** Of that size at most: each comparison gets as many lines as any, and what does not fit is counted. */
export function standingsLines({ groups }: Standings, columns: number, rows: number): string[] {
  const each = Math.max(1, Math.floor(rows / Math.max(1, groups.length)));
  return groups.flatMap((group) => groupLines(group, columns, each)).slice(0, rows);
}

function groupLines(group: Group, columns: number, rows: number): string[] {
  const title = groupTitle(group);
  if (rows === 1) return [fitted(`${title}: ${leaderOf(group)}`, columns)];
  const others = group.comparisons.map(
    (comparison) => `${comparison.target} ${inline(ratio(comparison.ratio))}`,
  );
  const leader = group.ranking[0]?.target ?? '';
  for (let shown = others.length; shown >= 0; shown--) {
    const more = shown < others.length ? [`${others.length - shown} more`] : [];
    const lines = wrapped([`${leader} 1×`, ...others.slice(0, shown), ...more].join(' · '), columns, '  ');
    if (lines.length < rows) return [fitted(title, columns), ...lines];
  }
  return [fitted(title, columns)];
}
