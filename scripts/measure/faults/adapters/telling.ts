/** Tells a lie from inside a worker: what the worker writes on its reply pipe passes here first. */
import { Socket } from 'node:net';
import { type Draw, drawFor } from '../mutations/draw.js';
import type { Lie, Result } from './lies.js';
import { spoilTensors } from './spoilt-files.js';

/** So many requests at least are answered in the parity check before a process says goodbye. */
const repliesOfCheck = 7;
const replyPattern = /^\{"id":\d+,"ok":/;

/** From here on, in this process. */
export function tell(lie: Lie, seed: number): void {
  const draw = drawFor(seed, 'telling');
  if (lie.file) spoilTensors(lie.file);
  const isTime = draw.below(2) === 0 ? nth(draw.below(repliesOfCheck)) : firstTurn();
  const { write } = Socket.prototype;
  Socket.prototype.write = function told(this: Socket, ...parameters: unknown[]): boolean {
    const [text, ...others] = parameters;
    const isReply = typeof text === 'string' && replyPattern.test(text);
    if (!isReply) return Reflect.apply(write, this, parameters);
    const said = inPlaceOf(text.trimEnd(), lie, draw, isTime);
    return Reflect.apply(write, this, [said === '' ? '' : `${said}\n`, ...others]);
  } as Socket['write'];
}

type Moment = (reply: string) => boolean;

/** Some reply of the parity check. */
function nth(place: number): Moment {
  let replies = 0;
  return () => replies++ === place;
}

/** The first timed one. */
function firstTurn(): Moment {
  let turns = 0;
  return (reply) => reply.includes('"auditBuffer"') && turns++ === 0;
}

/** @param isTime for a deed, which is done once in a process */
function inPlaceOf(reply: string, lie: Lie, draw: Draw, isTime: Moment): string {
  if (lie.deed) return isTime(reply) ? lie.deed(reply, draw) : reply;
  const { result } = lie;
  if (!result) return reply;
  const said = JSON.parse(reply) as { readonly result?: Result };
  const found = said.result;
  if (!found || !result.marks.every((name) => name in found)) return reply;
  return JSON.stringify({ ...said, result: result.change(found, draw) });
}
