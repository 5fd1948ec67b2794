/** A line for the user beside the result: standard output is the result's. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
