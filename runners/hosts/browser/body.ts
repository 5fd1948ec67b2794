/** Bodies of requests, which are never larger than whoever reads them allows. */
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';

/** What is sent is larger than it may be; the server answers with status 413. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor(maxBytes: number) {
    super(`it is larger than ${Math.round(maxBytes / 2 ** 20)} MiB`);
  }
}

/** @throws TooLargeError */
export async function bodyText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Whoever sent too much is still to be answered, on the same connection.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > maxBytes) throw new TooLargeError(maxBytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Passes on what comes, and fails with a TooLargeError where it is more. */
export function limited(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new TooLargeError(maxBytes));
      else done(null, chunk);
    },
  });
}
