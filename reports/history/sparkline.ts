/** A series as one line of blocks, with a line of marks below it. */
import { at } from '../../common/at.js';
import type { Change } from './changes.js';

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** A smaller spread fills only a part of the height: noise must not look like a large change. */
const minSpread = 0.1;

/**
 * The newest values that fit, on a logarithmic scale from the smallest to the largest; below each change an arrow, `▲`
 * for slower and `▼` for faster where it is confirmed, `?` where it is suspected.
 */
export function sparkline(values: readonly number[], changes: readonly Change[], width: number): string[] {
  const first = Math.max(0, values.length - width);
  const logs = values.slice(first).map(Math.log);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const spread = Math.max(high - low, minSpread);
  const line = logs.map((value) => {
    const step = Math.round(((value - low) / spread) * (blocks.length - 1));
    return at(blocks, step);
  });
  const marks = logs.map((_, index) => {
    const change = changes.find((candidate) => candidate.at === first + index);
    if (!change) return ' ';
    if (change.standing === 'suspected') return '?';
    return change.ratio.value > 1 ? '▲' : '▼';
  });
  const beneath = marks.join('').trimEnd();
  return [line.join(''), ...(beneath === '' ? [] : [beneath])];
}
