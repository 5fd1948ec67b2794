/** Records a command in a terminal of its own: what it showed, and when. */
import { execa } from 'execa';
import { quoted } from '../../common/invocation.js';
import { projectRoot } from '../../common/paths.js';
import { Screen } from './screen.js';
import type { Frame } from './terminal-svg.js';

/** More often nothing would be seen. */
const everyMs = 250;

export async function record(command: readonly string[], columns: number, rows: number): Promise<Frame[]> {
  const line = `stty cols ${columns} rows ${rows}; exec ${command.map(quoted).join(' ')}`;
  const running = execa('script', ['-qfec', line, '/dev/null'], {
    cwd: projectRoot,
    env: { TOUCHSTONE_HISTORY: '', FORCE_COLOR: '1' },
    buffer: false,
    reject: false,
  });
  const screen = new Screen();
  const frames: Frame[] = [];
  const startedMs = performance.now();
  const take = () => {
    const text = screen.text();
    if (text !== '' && text !== frames.at(-1)?.text)
      frames.push({ atMs: performance.now() - startedMs, text });
  };
  const timer = setInterval(take, everyMs);
  running.stdout?.setEncoding('utf8').on('data', (text: string) => screen.write(text));
  await running;
  clearInterval(timer);
  take();
  return frames;
}
