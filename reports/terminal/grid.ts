/** Tables with rules whose cells are texts of any length: what is too wide is wrapped, nothing is cut. */
import Table from 'cli-table3';
import { wrapped } from './lines.js';

/** A rule, and a space on either side of a text. */
const between = 3;
/** Narrower columns are a letter to a line. */
const minWidth = 6;

/** @param isDense without rules between rows, which double the length */
export function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  isDense = false,
): string {
  const widths = fittingWidths([...(head.length > 0 ? [head] : []), ...rows], columns);
  const cells = (row: readonly string[]) =>
    row.map((text, column) =>
      text
        .split('\n')
        .flatMap((line) => wrapped(line, widths[column] ?? minWidth, ''))
        .join('\n'),
    );
  const table = new Table({
    head: cells(head),
    style: { head: [], border: [] },
    ...(isDense ? { chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } } : {}),
  });
  table.push(...rows.map(cells));
  return table.toString();
}

/** As wide as their texts where the line has the room; otherwise the widest give way. */
function fittingWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(1, ...rows.flatMap((row) => (row[column] ?? '').split('\n').map((line) => [...line].length))),
  );
  const room = columns - between * count - 1;
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = Math.max(...widths);
    if (widest <= minWidth) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
