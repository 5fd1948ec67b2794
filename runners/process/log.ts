/** A worker's stdout and stderr, kept in a file of bounded size however much it prints. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';

/** The beginning tells what was started, the end why it stopped; floods lie in between. */
export const headBytes = 256 * 1024;
export const tailBytes = 64 * 1024;

export interface WorkerLog {
  /** Takes all that the stream gives, as fast as it gives it, so that a flooding child never waits for us. */
  follow(stream: Readable): void;
  /** The line that says most about how the worker ended: its last error message, else its last line. */
  lastWords(): string | undefined;
  /** Writes the end of the output and closes the file. */
  close(): void;
}

/** Never throws: a log that cannot be written must not cost a measurement. */
export function openLog(path: string): WorkerLog {
  const file = openFile(path);
  const tail = new Tail();
  let headLength = 0;
  let closed = false;
  const take = (chunk: Buffer) => {
    if (closed) return;
    const head = chunk.subarray(0, headBytes - headLength);
    headLength += head.length;
    file.write(head);
    tail.push(chunk.subarray(head.length));
    // What the file has already, the last words are still looked for in.
    if (head.length > 0) recent = Buffer.concat([recent, head]).subarray(-tailBytes);
  };
  let recent: Buffer = Buffer.alloc(0);
  return {
    follow: (stream) => void stream.on('data', take).on('error', () => undefined),
    lastWords: () => lastWords(Buffer.concat([recent, ...tail.chunks]).toString('utf8')),
    close() {
      if (closed) return;
      closed = true;
      if (tail.dropped > 0) file.write(Buffer.from(`\n[touchstone: ${tail.dropped} bytes left out here]\n`));
      for (const chunk of tail.chunks) file.write(chunk);
      file.close();
    },
  };
}

/** The last `tailBytes` of what is pushed, in whole chunks. */
class Tail {
  readonly chunks: Buffer[] = [];
  dropped = 0;
  #length = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    const kept = chunk.subarray(-tailBytes);
    this.dropped += chunk.length - kept.length;
    this.chunks.push(kept);
    this.#length += kept.length;
    for (
      let first = this.chunks[0];
      first && this.#length - first.length >= tailBytes;
      first = this.chunks[0]
    ) {
      this.chunks.shift();
      this.#length -= first.length;
      this.dropped += first.length;
    }
  }
}

interface LogFile {
  write(bytes: Buffer): void;
  close(): void;
}

function openFile(path: string): LogFile {
  try {
    makeFolder(dirname(path));
    const file = openSync(path, 'w');
    return {
      write: (bytes) => attempt(() => writeSync(file, bytes)),
      close: () => attempt(() => closeSync(file)),
    };
  } catch {
    return { write: () => undefined, close: () => undefined };
  }
}

function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    // A full disk: the run's own log meets it too, and says so where it matters.
  }
}

const errorLine = /^FATAL|^(setpriv|taskset): |\b\w*(Error|Exception)\b( \[\w+\])?:/;

function lastWords(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const line = lines.findLast((candidate) => errorLine.test(candidate)) ?? lines.at(-1);
  return line === undefined ? undefined : messageOf(line).slice(0, 300);
}
