/** Starting, stopping and binding real workers that have no fault until they are asked to import. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { capabilities } from '../../../runners/process/capabilities.js';
import { ownCpus } from '../../../runners/process/cpu-list.js';
import { stateOf, sweep } from '../../faults/workers/marked.js';
import { hello, mark, type Started, startFaulty } from '../../faults/workers/start.js';

const begun: Started[] = [];
function begin(...parameters: Parameters<typeof startFaulty>): Started {
  const started = startFaulty(...parameters);
  begun.push(started);
  return started;
}
afterEach(async () => {
  await Promise.all(begun.splice(0).map(({ worker }) => worker.kill()));
  expect(await sweep(mark)).toEqual([]);
});

it('the process is the worker itself, not a wrapper', async () => {
  const started = begin('open-throws');
  const { pid, runtime } = await hello(started);
  expect(started.worker.pid).toBe(pid);
  expect(runtime).toBe(`node ${process.versions.node}`);
});

it('goodbye ends it', async () => {
  const started = begin('open-throws');
  await hello(started);
  expect(await started.worker.request({ type: 'bye' })).toEqual({});
  expect(await started.worker.exited).toEqual({ kind: 'status', status: 0 });
});

it('an interrupt does not: the coordinator decides', async () => {
  const started = begin('open-throws');
  const { pid } = await hello(started);
  process.kill(pid!, 'SIGINT');
  expect((await started.worker.request({ type: 'memory' })).rssBytes).toBeGreaterThan(0);
});

describe.skipIf(!capabilities().canDieWithParent)('a paused worker', () => {
  it('is stopped until it is resumed', async () => {
    const started = begin('open-throws');
    const { pid } = await hello(started);
    started.worker.pause();
    await expect.poll(() => stateOf(pid!)).toBe('T');
    started.worker.resume();
    await expect.poll(() => stateOf(pid!)).not.toBe('T');
    expect((await started.worker.request({ type: 'memory' })).rssBytes).toBeGreaterThan(0);
  });
});

describe.skipIf(!capabilities().canBind)('a bound worker', () => {
  it('runs on the processors that it was given from its first thread on', async () => {
    const cpus = (ownCpus() ?? []).slice(-1);
    const started = begin('open-throws', { budget: { threads: 1, cpus, device: { kind: 'cpu', index: 0 } } });
    const { pid, cpus: found } = await hello(started);
    expect(found).toEqual(cpus);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Cpus_allowed_list:\\s*${cpus[0]}$`, 'm'));
  });
});
