/** Splits a stream of bytes into lines without ever holding more than one line of bounded length. */
import type { Readable } from 'node:stream';

/** Longest line of the protocol that either side reads: a turn's samples take about ten bytes each. */
export const maxLineBytes = 64 * 1024 * 1024;

const newline = 0x0a;

export interface LineHandlers {
  /** Without its line break; bytes that are not UTF-8 have become U+FFFD. */
  line(text: string): void;
  /** The line under way is longer than `maxBytes`; nothing is read any more. */
  tooLong(): void;
  /** The stream ended; what followed the last line break is dropped. */
  end(): void;
}

/** Reads until the end of the stream, or until `stop` of what it returns is called. */
export function readLines(stream: Readable, maxBytes: number, handlers: LineHandlers): { stop(): void } {
  let parts: Buffer[] = [];
  let held = 0;
  let stopped = false;
  const stop = () => {
    stopped = true;
    parts = [];
    stream.destroy();
  };
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let at = rest.indexOf(newline); at >= 0 && !stopped; at = rest.indexOf(newline)) {
      parts.push(rest.subarray(0, at));
      const text = Buffer.concat(parts).toString('utf8');
      parts = [];
      held = 0;
      rest = rest.subarray(at + 1);
      handlers.line(text);
    }
    if (stopped) return;
    held += rest.length;
    parts.push(rest);
    if (held > maxBytes) {
      stop();
      handlers.tooLong();
    }
  });
  let ended = false;
  const end = () => {
    if (!ended && !stopped) handlers.end();
    ended = true;
  };
  stream.on('end', end);
  // A worker that dies with unread requests in its pipe resets it: to us that is an end like any other.
  stream.on('error', end);
  stream.on('close', end);
  return { stop };
}
