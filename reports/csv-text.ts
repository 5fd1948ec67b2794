/** Comma-separated values (RFC 4180) that a spreadsheet takes for nothing but data. Imports nothing: the report's page writes them too. */

/** Null is an empty field; a number stands bare, text in quotes. */
export function csvLine(values: readonly (string | number | null)[]): string {
  return values.map(fieldOf).join(',');
}

function fieldOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet takes text that begins so for a formula.
  const literal = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${literal.replaceAll('"', '""')}"`;
}
