/** The coordinator's side of the protocol in `messages.ts`: one request at a time, each with a deadline. */
import type { Readable, Writable } from 'node:stream';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { refusalOf, WorkerFailure } from './failure.js';
import { maxLineBytes, readLines } from './lines.js';
import { type Reply, type RequestBody, type RequestType, type Results, reply, results } from './messages.js';

export interface ChannelEnds {
  /** Name for messages: the target. */
  readonly subject: string;
  readonly requests: Writable;
  readonly replies: Readable;
  /** Finds out what the end of `replies` means: only who owns the process knows how it ended. */
  explainEnd(): Promise<WorkerFailure>;
}

export interface Channel {
  /**
   * @throws WorkerFailure after which, unless it is `refused`, every further request fails in the same way
   */
  request<Body extends RequestBody>(body: Body, deadlineMs: number): Promise<Results[Body['type']]>;
  /** Fails the request under way and all that follow. Does nothing once the channel has failed. */
  fail(failure: WorkerFailure): void;
}

interface Pending {
  readonly id: number;
  readonly type: RequestType;
  resolve(result: unknown): void;
  reject(failure: WorkerFailure): void;
}

export function openChannel({ subject, requests, replies, explainEnd }: ChannelEnds): Channel {
  let lastId = 0;
  let pending: Pending | undefined;
  let broken: WorkerFailure | undefined;

  const fail = (failure: WorkerFailure) => {
    if (broken) return;
    broken = failure;
    lines.stop();
    pending?.reject(failure);
  };
  const protocolError = (what: string) =>
    fail(new WorkerFailure({ kind: 'protocol-error' }, `${subject} wrote ${what} on its reply pipe`));

  const lines = readLines(replies, maxLineBytes, {
    line(text) {
      const answer = parseReply(text);
      if (!answer) protocolError(`something that is not a reply (${excerpt(text)})`);
      else if (answer.id === pending?.id) settle(pending, answer);
      else if (answer.id >= 1 && answer.id <= lastId) fail(answeredTwice(subject, answer.id));
      else protocolError(`a reply to request ${answer.id}, which was never made,`);
    },
    tooLong: () => protocolError(`a line of more than ${maxLineBytes} bytes`),
    end: () => void explainEnd().then(fail, (error: unknown) => protocolError(messageOf(error))),
  });
  const settle = (request: Pending, answer: Reply) => {
    pending = undefined;
    if (!answer.ok) return request.reject(refusalOf(subject, answer.error));
    const parsed = results[request.type].safeParse(answer.result);
    if (parsed.success) return request.resolve(parsed.data);
    const wrong = parsed.error.issues[0];
    protocolError(
      `a wrong answer to ${request.type} (${wrong?.path.join('.') || 'result'}: ${wrong?.message})`,
    );
    if (broken) request.reject(broken);
  };
  // Whatever keeps a request from being written ends the reply pipe as well, or lets the deadline pass.
  requests.on('error', () => undefined);

  return {
    fail,
    async request(body, deadlineMs) {
      if (broken) throw broken;
      if (pending)
        throw new TouchstoneError('internal', `${subject} was asked for ${body.type} inside a request`);
      const id = ++lastId;
      const answered = new Promise<unknown>((resolve, reject) => {
        pending = { id, type: body.type, resolve, reject };
      });
      requests.write(`${JSON.stringify({ id, body })}\n`);
      const cancel = atDeadline(deadlineMs, () => fail(timeout(subject, body.type, deadlineMs)));
      try {
        // The schema of this very type has accepted it.
        return (await answered) as Results[(typeof body)['type']];
      } finally {
        cancel();
      }
    },
  };
}

/**
 * When this process itself was stopped or starved, the deadline has passed although the reply lies in the pipe: a
 * timer fires before input is read, so the pipe gets one reading before the verdict.
 */
function atDeadline(deadlineMs: number, act: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(act);
  }, deadlineMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

function parseReply(text: string): Reply | undefined {
  try {
    return reply.parse(JSON.parse(text));
  } catch {
    // Not JSON, not a reply, or nested so deeply that checking it exhausts the stack.
    return undefined;
  }
}

function answeredTwice(subject: string, id: number): WorkerFailure {
  return new WorkerFailure(
    { kind: 'answered-twice' },
    `${subject} answered request ${id} twice, so its answers cannot be told apart any more`,
  );
}

function timeout(subject: string, type: RequestType, deadlineMs: number): WorkerFailure {
  return new WorkerFailure(
    { kind: 'timeout' },
    `${subject} did not answer ${type} within ${deadlineMs / 1000} s, and was ended`,
    { hint: 'a slow machine may need a longer --deadline' },
  );
}

function excerpt(text: string): string {
  const shown = messageOf(text.slice(0, 80));
  return JSON.stringify(text.length > 80 ? `${shown}…` : shown);
}
