import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openChannel } from '../../../runners/protocol/channel.js';
import { refusalOf, WorkerFailure } from '../../../runners/protocol/failure.js';

const memory = { type: 'memory' } as const;
const result = { rssBytes: 1, peakRssBytes: 2, deviceBytes: null };
const ended = new WorkerFailure({ kind: 'exited', status: 9 }, 'it exited');

function open() {
  const requests = new PassThrough();
  const replies = new PassThrough();
  const channel = openChannel({ subject: 'a/b', requests, replies, explainEnd: async () => ended });
  const say = (reply: unknown) => replies.write(`${JSON.stringify(reply)}\n`);
  return { channel, requests, replies, say };
}

describe('a request', () => {
  it('is one numbered line, and resolves with its result', async () => {
    const { channel, requests, say } = open();
    for (const id of [1, 2]) {
      const answer = channel.request(memory, 10_000);
      say({ id, ok: true, result: { ...result, further: 'is left out' } });
      expect(await answer).toEqual(result);
    }
    expect(String(requests.read())).toBe(
      '{"id":1,"body":{"type":"memory"}}\n{"id":2,"body":{"type":"memory"}}\n',
    );
  });

  it('that was refused leaves the channel usable', async () => {
    const { channel, say } = open();
    const refused = channel.request(memory, 10_000);
    say({ id: 1, ok: false, error: { kind: 'unsupported', message: 'Conv' } });
    await expect(refused).rejects.toMatchObject({ kind: 'refused', code: 'worker' });
    const answer = channel.request(memory, 10_000);
    say({ id: 2, ok: true, result });
    expect(await answer).toEqual(result);
  });

  it('inside another is a defect of the caller', async () => {
    const { channel, say } = open();
    const first = channel.request(memory, 10_000);
    await expect(channel.request(memory, 10_000)).rejects.toMatchObject({ code: 'internal' });
    say({ id: 1, ok: true, result });
    expect(await first).toEqual(result);
  });

  it('takes a reply that has arrived although its deadline passed while this process slept', async () => {
    const { channel, say } = open();
    const answer = channel.request(memory, 1);
    say({ id: 1, ok: true, result });
    const wake = performance.now() + 20;
    while (performance.now() < wake);
    expect(await answer).toEqual(result);
  });
});

describe('a channel that has failed', () => {
  it('fails the request under way and all that follow in the same way', async () => {
    const { channel, replies } = open();
    const asked = channel.request(memory, 10_000);
    replies.end();
    await expect(asked).rejects.toBe(ended);
    await expect(channel.request(memory, 10_000)).rejects.toBe(ended);
  });

  it('by silence takes no late answer', async () => {
    const { channel, say } = open();
    await expect(channel.request(memory, 5)).rejects.toMatchObject({ kind: 'timeout' });
    say({ id: 1, ok: true, result });
    await turn();
    await expect(channel.request(memory, 5)).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('keeps its first failure', async () => {
    const { channel, replies } = open();
    replies.write('noise\n');
    await turn();
    channel.fail(ended);
    await expect(channel.request(memory, 5)).rejects.toMatchObject({ kind: 'protocol-error' });
  });
});

describe('a refusal', () => {
  it('carries the causes of the other side', () => {
    const cause = { kind: 'OSError', message: 'no such file' };
    const failure = refusalOf('a/b', { kind: 'ValueError', message: 'bad', stack: 'line 3', cause });
    expect(failure.message).toBe('a/b failed: ValueError: bad');
    expect(failure.cause).toMatchObject({ name: 'ValueError', stack: 'line 3', cause: { name: 'OSError' } });
  });

  it.each([
    ['unavailable', 'a/b is not available: x'],
    ['unsupported', 'a/b does not support this model: x'],
    ['out-of-memory', 'a/b ran out of memory: x'],
  ])('%s is told apart', (kind, message) => {
    const failure = refusalOf('a/b', { kind, message: 'x' });
    expect(failure.detail).toMatchObject({ refusal: kind });
    expect(failure.message).toBe(message);
  });
});
