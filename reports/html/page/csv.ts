/** The medians of all rounds as CSV: the page has no single samples, but for a few. */
import { csvLine } from '../../csv-text.js';
import { item, type ResultTable } from './table.js';

export function csvOf({ cells, groups, targets }: ResultTable): string {
  const lines = [csvLine(['comparison', 'target', 'round', 'median_ns'])];
  cells.medians.forEach((medians, cell) => {
    const group = item(groups, item(cells.group, cell)).slug;
    const { name } = item(targets, item(cells.target, cell));
    medians.forEach((ns, index) => {
      lines.push(csvLine([group, name, item(item(cells.rounds, cell), index) + 1, ns]));
    });
  });
  return lines.join('\r\n');
}
