/** The Node worker: answers the coordinator's requests on file descriptor 4 until the end of file descriptor 3. */
import { Socket } from 'node:net';
import { maxLineBytes, readLines } from '../../protocol/lines.js';
import { type Reply, type Request, request } from '../../protocol/messages.js';
import { recordOf } from './error-record.js';
import { Session } from './session.js';

// Ctrl-C is the coordinator's to decide about.
process.on('SIGINT', () => undefined);

// Sockets, not file streams: those would hold threads of the pool that frameworks compute with.
const requests = new Socket({ fd: 3, readable: true, writable: false });
const replies = new Socket({ fd: 4, readable: false, writable: true });
// The coordinator is gone: nobody is left to tell.
replies.on('error', () => process.exit(0));

const session = new Session();
let answered = Promise.resolve();

readLines(requests, maxLineBytes, {
  line: (text) => {
    answered = answered.then(() => serve(text));
  },
  tooLong: () => leave('a request of endless length'),
  end: () => process.exit(0),
});

async function serve(text: string): Promise<void> {
  const asked = parse(text);
  if (!asked) return leave('something that is not a request');
  send(await answer(asked), () => {
    if (asked.body.type === 'bye') process.exit(0);
  });
}

async function answer({ id, body }: Request): Promise<Reply> {
  try {
    return { id, ok: true, result: await session.answer(body) };
  } catch (error) {
    return { id, ok: false, error: recordOf(error) };
  }
}

function parse(text: string): Request | undefined {
  try {
    return request.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function send(reply: Reply, written: () => void): void {
  replies.write(`${JSON.stringify(reply)}\n`, () => written());
}

function leave(what: string): void {
  console.error(`touchstone worker: read ${what} on file descriptor 3`);
  process.exit(2);
}
