/** What a worker can do in place of a reply, or around it. Each is given the reply and gives what is written. */
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Draw } from '../mutations/draw.js';

export interface Deed {
  readonly name: string;
  readonly expected: 'caught' | 'harmless';
  deed(reply: string, draw: Draw): string;
}

/** Longer than any line that the coordinator reads (`runners/protocol/lines.ts`). */
const tooLongBytes = 65 * 2 ** 20;
/** Deep enough to exhaust the stack of whoever walks down. */
const depth = 200_000;
/** The pipe of the replies. */
const replyPipe = 4;

const idOf = (reply: string): number => Number(/"id":(\d+)/.exec(reply)?.[1]);

export const deeds: readonly Deed[] = [
  { name: 'exits', expected: 'caught', deed: (_, draw) => process.exit(draw.pick([0, 1, 7])) },
  {
    name: 'is killed',
    expected: 'caught',
    deed(reply, draw) {
      process.kill(process.pid, draw.pick(['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGTERM']));
      return reply;
    },
  },
  { name: 'never replies', expected: 'caught', deed: () => '' },
  {
    name: 'computes for ever',
    expected: 'caught',
    deed() {
      for (;;);
    },
  },
  {
    name: 'closes its pipe',
    expected: 'caught',
    deed() {
      closeSync(replyPipe);
      return '';
    },
  },
  { name: 'half a reply', expected: 'caught', deed: (reply) => reply.slice(0, reply.length / 2) },
  { name: 'two replies', expected: 'caught', deed: (reply) => `${reply}\n${reply}` },
  { name: 'babble before a reply', expected: 'caught', deed: (reply) => `loading model...\n${reply}` },
  {
    name: 'a reply to nobody',
    expected: 'caught',
    deed: (reply) => reply.replace(/"id":\d+/, `"id":${idOf(reply) + 1_000}`),
  },
  {
    name: 'a reply nested deeply',
    expected: 'caught',
    deed: (reply) => `{"id":${idOf(reply)},"ok":true,"result":${'['.repeat(depth)}${']'.repeat(depth)}}`,
  },
  { name: 'a reply without an end', expected: 'caught', deed: () => 'x'.repeat(tooLongBytes) },
  { name: 'no result', expected: 'caught', deed: (reply) => `{"id":${idOf(reply)},"ok":true,"result":null}` },
  {
    name: 'an error with control characters',
    expected: 'caught',
    deed: (reply) =>
      JSON.stringify({
        id: idOf(reply),
        ok: false,
        error: { kind: '__proto__', message: '\u001b[2J\n\nerror: all is well\n    at nowhere' },
      }),
  },
  {
    name: 'babble on standard output',
    expected: 'harmless',
    deed(reply) {
      writeSync(1, `${reply}\n{"id":1,"ok":true,"result":{}}\n`);
      return reply;
    },
  },
  {
    name: 'a child that stays',
    expected: 'harmless',
    deed(reply) {
      spawn('sleep', ['3600'], { stdio: 'inherit' }).unref();
      return reply;
    },
  },
];
