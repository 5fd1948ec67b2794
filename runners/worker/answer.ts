/** From the text of a request to the text of its reply. */
import { type Reply, type Request, request } from '../protocol/messages.js';
import { recordOf } from './error-record.js';
import type { StateMachine } from './state-machine.js';

export interface Answer {
  /** A line without its line break. */
  readonly text: string;
  /** Whether the worker leaves once this has been written. */
  readonly isLast: boolean;
}

/** Undefined for a text that is no request: without its number there is no one to answer. */
export async function answer(machine: StateMachine, text: string): Promise<Answer | undefined> {
  const asked = parse(text);
  if (!asked) return undefined;
  return { text: JSON.stringify(await replyTo(machine, asked)), isLast: asked.body.type === 'bye' };
}

async function replyTo(machine: StateMachine, { id, body }: Request): Promise<Reply> {
  try {
    return { id, ok: true, result: await machine.answer(body) };
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
