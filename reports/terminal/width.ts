/** How wide what is printed may be. */

/** Narrower ones wrap; in wider ones the eye does not find the next line. */
const [least, most] = [80, 200];
/** Of a file, a pipe, or the log of a CI service. */
const columnsOfFile = 100;

/** @param stream a terminal, which has columns, or not */
export function terminalColumns(
  stream: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
): number {
  if (!stream.isTTY || !stream.columns) return columnsOfFile;
  return Math.min(most, Math.max(least, stream.columns));
}
