import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { headBytes, tailBytes } from '../../../runners/process/log.js';
import { WorkerFailure } from '../../../runners/protocol/failure.js';
import { leftOver, livingWith, sweep } from './marked.js';
import { hello, mark, type Started, startRaw } from './start.js';

const begun: Started[] = [];
function begin(...parameters: Parameters<typeof startRaw>): Started {
  const started = startRaw(...parameters);
  begun.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(begun.splice(0).map(({ worker }) => worker.kill()));
  expect(await sweep(mark)).toEqual([]);
});

async function failureOf(attempt: Promise<unknown>): Promise<WorkerFailure> {
  const failure = await attempt.then(
    (result) => expect.fail(`answered ${JSON.stringify(result)}`),
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(WorkerFailure);
  expect((failure as WorkerFailure).message).not.toMatch(/[\n\r]/);
  return failure as WorkerFailure;
}

describe('a worker that ends', () => {
  it('by itself: the status, its last error and where its output is', async () => {
    const started = begin(
      `requests(() => { console.error('TypeError: no such kernel'); process.exit(3); });`,
    );
    const failure = await failureOf(hello(started));
    expect(failure.detail).toEqual({ kind: 'exited', status: 3 });
    expect(failure.message).toContain('status 3: TypeError: no such kernel');
    expect(failure.hint).toContain(started.logFile);
    expect(readFileSync(started.logFile, 'utf8')).toContain('no such kernel');
  });

  it('with status 0 in the middle of a request is no success', async () => {
    const failure = await failureOf(hello(begin('requests(() => process.exit(0));')));
    expect(failure.detail).toEqual({ kind: 'exited', status: 0 });
  });

  it('by SIGKILL: names the likely culprit', async () => {
    const failure = await failureOf(hello(begin(`requests(() => process.kill(process.pid, 'SIGKILL'));`)));
    expect(failure.detail).toEqual({ kind: 'killed', signal: 'SIGKILL' });
    expect(failure.message).toMatch(/out-of-memory killer/);
  });

  it('by a crash', async () => {
    const failure = await failureOf(hello(begin(`requests(() => process.kill(process.pid, 'SIGSEGV'));`)));
    expect(failure.detail).toEqual({ kind: 'killed', signal: 'SIGSEGV' });
    expect(failure.message).toMatch(/crashed/);
  });

  it('between two requests fails the next one', async () => {
    const started = begin('requests(({ id }) => { greet(id); setTimeout(() => process.exit(4)); });');
    await hello(started);
    await started.worker.exited;
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.detail).toEqual({ kind: 'exited', status: 4 });
  });

  it('although something it started holds its pipes open', async () => {
    const started = begin(`
      requests(() => {
        const { spawn } = require('node:child_process');
        spawn('sleep', ['1000'], { stdio: ['ignore', 'inherit', 'inherit', 3, 4] });
        setTimeout(() => process.exit(5), 100);
      });`);
    const failure = await failureOf(hello(started));
    expect(failure.detail).toEqual({ kind: 'exited', status: 5 });
  });

  it('before it has begun, where its program does not exist', async () => {
    const failure = await failureOf(hello(begin('', { command: ['/no/such/interpreter'] })));
    expect(failure.kind).toBe('exited');
    expect(failure.message).toMatch(/\/no\/such\/interpreter.*No such file/i);
  });
});

describe('a worker that says nothing', () => {
  it('to the first request is ended at the deadline', async () => {
    const failure = await failureOf(hello(begin('requests(() => {});'), 300));
    expect(failure.kind).toBe('timeout');
    expect(failure.message).toContain('did not answer hello within 0.3 s');
    expect(await leftOver(mark)).toEqual([]);
  });

  it('because it computes for ever', async () => {
    const started = begin(
      'requests(({ id, body }) => { if (body.type === "hello") greet(id); else for (;;); });',
    );
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }, 300));
    expect(failure.message).toContain('did not answer describe');
    expect(await leftOver(mark)).toEqual([]);
  });

  it('any more, because it closed its reply pipe, is ended without waiting for the deadline', async () => {
    const failure = await failureOf(hello(begin('requests(() => fs.closeSync(4));')));
    expect(failure.kind).toBe('timeout');
    expect(failure.message).toMatch(/closed its reply pipe/);
  });
});

describe('a worker that babbles', () => {
  const babbles: Readonly<Record<string, string>> = {
    'text that is not JSON': `reply('Loading model...');`,
    'JSON that is not a reply': `reply('{"hello":1}');`,
    'bytes that are not text': 'fs.writeSync(4, Buffer.from([0xff, 0x00, 0xfe, 0x0a]));',
    'an answer of the wrong shape': 'answer(id, { protocol: 1, pid: "me" });',
    'an answer without a result': 'reply(JSON.stringify({ id, ok: true }));',
    'an answer to a request that was never made': 'greet(id + 7);',
    'JSON nested without end': `reply('{"id":1,"ok":false,"error":' + '['.repeat(200000));`,
    'errors whose causes never end': `
      const cause = '{"kind":"E","message":"m","cause":';
      reply('{"id":1,"ok":false,"error":' + cause.repeat(100000) + 'null' + '}'.repeat(100001));`,
  };
  it.each(Object.entries(babbles))('%s', async (_, script) => {
    const failure = await failureOf(hello(begin(`requests(({ id }) => { ${script} });`)));
    expect(failure.kind).toBe('protocol-error');
    expect(failure.message.length).toBeLessThan(300);
    expect(await leftOver(mark)).toEqual([]);
  });

  it('a line without end: what is held of it stays bounded', async () => {
    const before = process.memoryUsage().rss;
    const started = begin(
      `requests(() => { const a = Buffer.alloc(1 << 20, 97); for (;;) fs.writeSync(4, a); });`,
    );
    const failure = await failureOf(hello(started));
    expect(failure.kind).toBe('protocol-error');
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20);
  });

  it('two answers to one request', async () => {
    const started = begin('requests(({ id }) => { greet(id); greet(id); });');
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.kind).toBe('answered-twice');
    expect((await failureOf(started.worker.request({ type: 'memory' }))).kind).toBe('answered-twice');
  });

  it('the answer of an earlier request again', async () => {
    const started = begin(`requests(({ id, body }) => {
      if (body.type === 'hello') greet(id); else { greet(1); answer(id, { rssBytes: 1, peakRssBytes: 1, deviceBytes: null }); }
    });`);
    await hello(started);
    expect((await failureOf(started.worker.request({ type: 'memory' }))).kind).toBe('answered-twice');
  });
});

describe('a worker that floods its standard output', () => {
  it('neither waits for the coordinator, nor fills its memory, nor the disk', async () => {
    const before = process.memoryUsage().rss;
    const started = begin(`requests(({ id }) => {
      fs.writeSync(1, 'the beginning\\n');
      const block = Buffer.alloc(1 << 20, 'noise ');
      for (let i = 0; i < 300; i++) for (let at = 0; at < block.length; at += fs.writeSync(1 + (i & 1), block, at));
      fs.writeSync(1, '\\nthe end\\n');
      greet(id);
    });`);
    await hello(started);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
    await started.worker.kill();
    expect(statSync(started.logFile).size).toBeLessThan(headBytes + 2 * tailBytes + 100);
    const log = readFileSync(started.logFile, 'utf8');
    expect(log).toMatch(/^the beginning/);
    expect(log).toMatch(/\[touchstone: \d+ bytes left out here\]/);
    expect(log).toMatch(/the end\n$/);
  });
});

describe('ending a worker', () => {
  it('that ignores SIGTERM and SIGINT, with all that it has started', async () => {
    const started = begin(`
      for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {});
      require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
      requests(({ id }) => greet(id));`);
    await hello(started);
    expect(livingWith(mark)).toHaveLength(2);
    await started.worker.kill();
    expect(await leftOver(mark, 0)).toEqual([]);
  });

  it('during a request fails that request, and says that it was us', async () => {
    const started = begin('requests(() => {});');
    const asked = failureOf(hello(started));
    await delay(100);
    await started.worker.kill();
    const failure = await asked;
    expect(failure.kind).toBe('killed');
    expect(failure.message).toMatch(/was ended by Touchstone/);
  });

  it('twice, or after it has left, does nothing', async () => {
    const started = begin('requests(({ id }) => { greet(id); process.exit(0); });');
    await hello(started);
    await started.worker.exited;
    await Promise.all([started.worker.kill(), started.worker.kill()]);
    expect(await started.worker.exited).toEqual({ kind: 'status', status: 0 });
  });

  it('works while it is stopped', async () => {
    const started = begin('requests(({ id }) => greet(id));');
    await hello(started);
    started.worker.pause();
    await started.worker.kill();
    expect(livingWith(mark)).toEqual([]);
  });
});
