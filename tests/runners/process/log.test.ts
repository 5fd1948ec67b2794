import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { headBytes, openLog, tailBytes } from '../../../runners/process/log.js';

const path = () => join(mkdtempSync(join(tmpdir(), 'touchstone-log-')), 'folder', 'worker.log');

async function logOf(file: string, ...chunks: (string | Buffer)[]) {
  const log = openLog(file);
  const stream = new PassThrough();
  log.follow(stream);
  for (const chunk of chunks) {
    stream.write(chunk);
    await turn();
  }
  log.close();
  return log;
}

it('keeps everything that is short', async () => {
  const file = path();
  await logOf(file, 'one\n', 'two\n');
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});

it('keeps everything up to its bounds, and not a byte is lost or doubled where head and tail meet', async () => {
  const file = path();
  const bytes = Buffer.from(Array.from({ length: headBytes + tailBytes }, (_, index) => index % 251));
  await logOf(file, bytes.subarray(0, 100_000), bytes.subarray(100_000, 300_000), bytes.subarray(300_000));
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

it('leaves out the middle of what is long, and says how much', async () => {
  const file = path();
  await logOf(
    file,
    Buffer.alloc(headBytes, 'a'),
    Buffer.alloc(10 * tailBytes, 'b'),
    Buffer.alloc(tailBytes, 'c'),
  );
  const text = readFileSync(file, 'utf8');
  expect(text).toBe(
    `${'a'.repeat(headBytes)}\n[touchstone: ${10 * tailBytes} bytes left out here]\n${'c'.repeat(tailBytes)}`,
  );
});

it('costs nothing but the file where it cannot be written', async () => {
  const log = await logOf('/dev/null/impossible/worker.log', 'ValueError: bad\n');
  expect(log.lastWords()).toBe('ValueError: bad');
});

it.each([
  ['Traceback (most recent call last):\n  File "x.py", line 1\nKeyError: 7\n', 'KeyError: 7'],
  ['\nTypeError: no\n    at file.js:1:1\n\nNode.js v20.20.2\n', 'TypeError: no'],
  [
    'FATAL ERROR: heap out of memory\n----- stack -----\n 1: 0xb node::Abort()\n',
    'FATAL ERROR: heap out of memory',
  ],
  ['starting\nsetpriv: failed to execute x\n', 'setpriv: failed to execute x'],
  ['loading\r50%\rdone\r\n\n', 'done'],
  ['\u001b[31mred\u001b[0m\n', '[31mred [0m'],
])('takes the last words from %j', async (text, words) => {
  expect((await logOf(path(), text)).lastWords()).toBe(words);
});

it('has no last words where nothing was said', async () => {
  expect((await logOf(path())).lastWords()).toBeUndefined();
});
