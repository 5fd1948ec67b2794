import { plain } from '../common/text.js';

/**
 * A line for the user beside the result: standard output is the result's.
 *
 * @param paint gives it a colour
 */
export function say(line: string, paint: (text: string) => string = (text) => text): void {
  process.stderr.write(`${paint(plain(line))}\n`);
}
