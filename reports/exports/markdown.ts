/** The results in GitHub's Markdown: for the summary of a CI step, a README or a comment. */
import type { CellResult, Group, RunResults } from '../../common/run/results.js';
import { listed } from '../../common/text.js';
import { code, codeBlock, escaped, tableText } from '../regression/outputs/markdown-text.js';
import { endingText, groupCells, precisionText, roundsText, stateCounts, verdict } from '../summary.js';
import { coresText, duration, groupTitle, inline, ranksText, ratio } from '../text.js';

/** What GitHub takes for a comment; the summary of a step may be longer. */
export const maxMarkdownLength = 60_000;

/** More comparisons than these are folded. */
const maxOpen = 8;

/** Up to `maxMarkdownLength` characters: where that does not suffice, the last comparisons are left out, and it says so. */
export function runMarkdown(results: RunResults): string {
  const groups = results.groups.map((group) => groupText(results, group));
  let count = groups.length;
  for (;;) {
    const text = page(results, groups.slice(0, count), groups.length - count);
    if (text.length <= maxMarkdownLength || count === 0) return text;
    count = Math.floor(count * 0.8);
  }
}

function page(results: RunResults, groups: readonly string[], leftOut: number): string {
  const { machine, command, cells } = results;
  const counts = stateCounts(results).map(({ state, count }) => `${count} ${state}`);
  const precision = precisionText(results);
  const ending = endingText(results);
  const folded = groups.slice(maxOpen);
  const parts = [
    `## Touchstone: ${cells.length} cells, ${counts.join(', ')}`,
    `Run ${code(results.id)}: ${roundsText(results)}, on ${escaped(machine.cpu)}, ${coresText(machine.cores)}.`,
    ...(ending ? [`**${escaped(ending)}**`] : []),
    ...(precision ? [escaped(precision.text)] : []),
    ...groups.slice(0, maxOpen),
    ...(folded.length > 0
      ? [`<details><summary>${folded.length} more comparisons</summary>`, ...folded, '</details>']
      : []),
    ...(leftOut > 0
      ? [`**Cut here:** ${leftOut} more comparisons do not fit; the JSON output has them all.`]
      : []),
    'A rank such as 2–4: not told apart from its neighbours. A ratio above 1× is slower than the fastest. To repeat it:',
    codeBlock(command, 'sh'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function groupText(results: RunResults, group: Group): string {
  const cells = groupCells(results, group);
  const byTarget = new Map(cells.map((cell) => [cell.target, cell]));
  const rows = group.ranking.flatMap(({ target, ranks }) => {
    const cell = byTarget.get(target);
    return cell?.metrics ? [rowOf(cell, cell.metrics, ranks, group)] : [];
  });
  const others = cells.filter(({ state }) => state !== 'ok');
  const parts = [
    `### ${escaped(groupTitle(group))}`,
    escaped(verdict(group)),
    ...(rows.length > 0 ? [tableOf(rows)] : []),
    ...(others.length > 0 ? [`Without a result: ${listed(others.map(stateOf))}.`] : []),
  ];
  return parts.join('\n\n');
}

function rowOf(
  { target }: CellResult,
  { iterationNs }: NonNullable<CellResult['metrics']>,
  ranks: readonly [number, number],
  { comparisons }: Group,
): string[] {
  const comparison = comparisons.find((one) => one.target === target);
  return [
    ranksText(ranks),
    code(target),
    inline(duration(iterationNs)),
    comparison ? inline(ratio(comparison.ratio)) : '1×',
  ];
}

function tableOf(rows: readonly string[][]): string {
  const head = ['rank', 'target', 'time per iteration', '÷ fastest'];
  return tableText([head, ...rows], ['r', 'l', 'r', 'r']);
}

function stateOf({ target, state, reason }: CellResult): string {
  return `${code(target)} ${state} (${escaped(reason, 200)})`;
}
