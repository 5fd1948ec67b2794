/** A table in Markdown: readable in a terminal, and ready for the README. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** `1.002 [0.998, 1.006]` */
export function ratioText(value: number, low: number | null, high: number | null): string {
  const interval =
    low === null || high === null ? 'no interval: too few rounds' : `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${value.toFixed(3)} ${interval}`;
}

/** `4.3 %` */
export function share(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(1)} %`;
}
