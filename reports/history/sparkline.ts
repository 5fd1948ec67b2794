/** A series as one line of blocks, with a line of marks beneath it. */
import type { Change } from './changes.js';

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** A spread below this share fills no more than a part of the height: noise is not to look like a mountain. */
const smallestSpread = 0.1;

/**
 * The newest values that fit, the smallest low and the largest high, on a logarithmic scale; beneath each change an
 * arrow, `▲` for slower and `▼` for faster where it is confirmed, `?` where it is suspected.
 */
export function sparkline(values: readonly number[], changes: readonly Change[], width: number): string[] {
  const first = Math.max(0, values.length - width);
  const logs = values.slice(first).map(Math.log);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const spread = Math.max(high - low, smallestSpread);
  const line = logs.map((value) => {
    const step = Math.round(((value - low) / spread) * (blocks.length - 1));
    return blocks[step] ?? blocks[0];
  });
  const marks = logs.map((_, index) => {
    const change = changes.find(({ at }) => at === first + index);
    if (!change) return ' ';
    if (change.standing === 'suspected') return '?';
    return change.ratio.value > 1 ? '▲' : '▼';
  });
  const beneath = marks.join('').trimEnd();
  return [line.join(''), ...(beneath === '' ? [] : [beneath])];
}
