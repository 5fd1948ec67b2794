/** The Node worker: answers the coordinator's requests on file descriptor 4 until the end of file descriptor 3. */
import { Socket } from 'node:net';
import { maxLineBytes, readLines } from '../../protocol/lines.js';
import { answer } from '../../worker/answer.js';
import { StateMachine } from '../../worker/state-machine.js';
import { nodePlatform } from './platform.js';

// Ctrl-C reaches the whole terminal; when a worker ends is the coordinator's decision.
process.on('SIGINT', () => undefined);

// Sockets, not file streams: those would hold threads of the pool that frameworks compute with.
const requests = new Socket({ fd: 3, readable: true, writable: false });
const replies = new Socket({ fd: 4, readable: false, writable: true });
// The coordinator is gone: nobody is left to tell.
replies.on('error', () => process.exit(0));

const machine = new StateMachine(nodePlatform);
let answered = Promise.resolve();

readLines(requests, maxLineBytes, {
  line: (text) => {
    answered = answered.then(() => serve(text));
  },
  tooLong: () => leave(`a request of more than ${maxLineBytes} bytes`),
  end: () => process.exit(0),
});

async function serve(text: string): Promise<void> {
  const answered = await answer(machine, text);
  if (!answered) return leave('a line that is no request of this protocol');
  replies.write(`${answered.text}\n`, () => {
    if (answered.isLast) process.exit(0);
  });
}

function leave(what: string): void {
  console.error(`touchstone worker: read ${what} on file descriptor 3`);
  process.exit(2);
}
