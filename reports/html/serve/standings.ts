/** Standings of a run that goes on, as markup. */
import { at } from '../../../common/at.js';
import { groupKey } from '../../../common/run/cell.js';
import type { CellResult, Group } from '../../../common/run/results.js';
import { counted, plain } from '../../../common/text.js';
import { isOk } from '../../analyse/groups.js';
import type { Standings } from '../../terminal/standings.js';
import { duration, groupTitle, inline, ranksText, ratio } from '../../text.js';
import { number, type Table, type TableRow } from '../chart.js';
import { type Markup, markup, nothing } from '../page/markup.js';
import { tableMarkup } from '../page/table-markup.js';

/** @param note a line above the tables; empty for none */
export function standingsMarkup(standings: Standings, note: string): string {
  const { progress, groups, cells } = standings;
  const failed = cells.filter(({ state, reason }) => state !== 'ok' && isTold(reason));
  return markup`<p>${note === '' ? progress : `${progress}; ${note}`}</p>
${groups.map((group) => tableMarkup(groupTable(group, cells)))}${failedMarkup(failed)}`.text;
}

/** What has not been reached yet is no failure. */
function isTold(reason: string): boolean {
  return !/^the run (?:ended|was interrupted) before /.test(reason);
}

function failedMarkup(failed: readonly CellResult[]): Markup {
  if (failed.length === 0) return nothing;
  const lines = failed.map(
    ({ target, state, reason, ...group }) =>
      markup`<li>${plain(`${target}, ${groupTitle(group)}: ${state}: ${reason}`)}</li>
`,
  );
  return markup`<details><summary>${counted(failed.length, 'cell')} without a result</summary><ul>
${lines}</ul></details>`;
}

function groupTable(group: Group, cells: readonly CellResult[]): Table {
  const own = cells.filter((cell) => groupKey(cell) === groupKey(group));
  const rows = group.ranking.map(({ target, ranks }, place): TableRow => {
    const comparison = place === 0 ? undefined : at(group.comparisons, place - 1);
    return {
      heading: plain(target),
      cells: [
        number(ranksText(ranks)),
        number(timeOf(own.find((cell) => cell.target === target))),
        number(comparison ? inline(ratio(comparison.ratio)) : '1×'),
      ],
    };
  });
  return { caption: plain(groupTitle(group)), head: ['Target', 'Rank', 'Time', 'Against the fastest'], rows };
}

/** `62.1 µs [61.2, 63.0]` */
export function timeOf(cell: CellResult | undefined): string {
  return cell && isOk(cell) ? inline(duration(cell.metrics.iterationNs)) : '–';
}
