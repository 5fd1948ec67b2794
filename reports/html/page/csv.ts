/** The medians of all rounds as CSV. */
import { item, type ResultTable } from './table.js';

export function csvOf({ cells, groups, targets }: ResultTable): string {
  const lines: (string | number)[][] = [['comparison', 'target', 'round', 'median_ns']];
  cells.medians.forEach((medians, cell) => {
    const group = item(groups, item(cells.group, cell)).slug;
    const { name } = item(targets, item(cells.target, cell));
    medians.forEach((ns, index) => {
      lines.push([group, name, item(item(cells.rounds, cell), index) + 1, ns]);
    });
  });
  return lines.map((line) => line.map(quoted).join(',')).join('\r\n');
}

/** A spreadsheet takes text that begins so for a formula. */
function quoted(value: string | number): string {
  const literal = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return `"${literal.replaceAll('"', '""')}"`;
}
