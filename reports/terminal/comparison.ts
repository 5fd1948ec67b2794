/** Two runs side by side, in 100 columns. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Estimate } from '../../common/run/results.js';
import { counted } from '../../common/text.js';
import type { ComparedCell, RunComparison } from '../analyse/compare-runs.js';
import { duration, groupTitle, inline, ratio } from '../text.js';
import { clean, fitted, fittedTarget, noBorders, wrapped } from './lines.js';

const columns = 100;

export function renderComparison(comparison: RunComparison): string {
  const { machineDifferences: machines, versionDifferences: versions, cells } = comparison;
  const list = (texts: readonly string[]) => texts.flatMap((text) => wrapped(text, columns, '  – '));
  const lines = [pc.bold(fitted(`${clean(comparison.before)} → ${clean(comparison.after)}`, columns))];
  if (machines.length > 0) {
    lines.push(
      pc.red('These runs were not made under the same conditions: the ratios hold that difference too.'),
    );
    lines.push(...list(machines).map(pc.red));
  }
  if (versions.length > 0) lines.push('Versions that changed:', ...list(versions));
  lines.push(pc.dim('Runs on different days compare machines as much as frameworks.'), '');
  if (comparison.different.length > 0)
    lines.push(pc.red('Not compared, because it is another computation:'), ...list(comparison.different), '');
  if (comparison.renamed.length > 0)
    lines.push('The same computation under another name:', ...list(comparison.renamed), '');
  lines.push(...comparison.unknown.flatMap((text) => wrapped(text, columns, '! ')).map(pc.yellow));
  const none =
    comparison.different.length > 0 ? 'No cell is left to compare.' : 'No cell has a result in both runs.';
  lines.push(cells.length > 0 ? comparisonTable(cells) : none);
  if (comparison.unmatched.length > 0)
    lines.push('', 'With a result in one run only:', ...list(comparison.unmatched));
  return lines.join('\n');
}

function comparisonTable(cells: readonly ComparedCell[]): string {
  const table = new Table({
    head: ['cell', 'before', 'after', 'after ÷ before', ''].map((text) => pc.dim(text)),
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
    chars: noBorders,
  });
  for (const { cell, beforeNs, afterNs, ratio: change } of cells) {
    table.push([
      [...wrapped(groupTitle(cell), 30, ''), fittedTarget(cell.target, 30)].join('\n'),
      durationOf(beforeNs),
      durationOf(afterNs),
      inline(ratio(change)),
      changeText(change),
    ]);
  }
  return table.toString();
}

function durationOf(estimate: Estimate): string {
  const { value, unit } = duration(estimate);
  return `${value} ${unit}`;
}

function changeText({ low, high, rounds }: Estimate): string {
  if (low === null || high === null) return pc.dim(counted(rounds, 'round'));
  if (low > 1) return pc.red('slower');
  return high < 1 ? pc.green('faster') : pc.dim('undecided');
}
