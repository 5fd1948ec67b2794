/** Workers of the real kinds whose framework fails. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PythonTarget } from '../../../adapters/adapter.js';
import { buildFolder, projectRoot } from '../../../common/paths.js';
import { WorkerFailure } from '../../../runners/protocol/failure.js';
import { makeArtefact, removeArtefacts } from '../../runners/hosts/node/artefact.js';
import { faultyTarget } from '../adapters/faulty.js';
import { leftOver, sweep } from './marked.js';
import { hello, mark, type Started, startFaulty } from './start.js';

const begun: Started[] = [];
function begin(...parameters: Parameters<typeof startFaulty>): Started {
  const started = startFaulty(...parameters);
  begun.push(started);
  return started;
}

let folder = '';
beforeAll(async () => {
  folder = await makeArtefact({ mode: 'inference' });
});
afterAll(removeArtefacts);
afterEach(async () => {
  await Promise.all(begun.splice(0).map(({ worker }) => worker.kill()));
  expect(await sweep(mark)).toEqual([]);
});

async function failureOf(attempt: Promise<unknown>): Promise<WorkerFailure> {
  const failure = await attempt.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkerFailure);
  return failure as WorkerFailure;
}

/** Greets the worker, and describes it where its fault lies later. */
async function ready(fault: string): Promise<Started> {
  const started = begin(fault);
  await hello(started);
  await started.worker.request({ type: 'describe' });
  return started;
}

const load = () => ({ type: 'load', folder, mode: 'inference' }) as const;
const warm = { type: 'warm', minIterations: 1, minNs: 0, maxNs: 0 } as const;

describe('a framework that throws', () => {
  it('while it is set up: the error crosses with its cause, and the worker stays', async () => {
    const started = begin('open-throws');
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'exception' });
    expect(failure.message).toContain('TypeError: cannot set up');
    const thrown = failure.cause as Error;
    expect(thrown).toMatchObject({ name: 'TypeError', message: 'cannot set up' });
    expect(thrown.stack).toContain('faulty.js');
    expect(thrown.cause).toMatchObject({ name: 'RangeError', message: 'the setting is wrong' });
    expect((await started.worker.request({ type: 'memory' })).peakRssBytes).toBeGreaterThan(0);
  });

  it.each([
    ['package-missing', 'there-is-no-such-package'],
    ['addon-broken', '/dev/null'],
  ])('%s: unavailable', async (fault, culprit) => {
    const started = begin(fault);
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'unavailable' });
    expect(failure.message).toContain(culprit);
  });

  it('while it loads', async () => {
    const { worker } = await ready('load-throws');
    const failure = await failureOf(worker.request(load()));
    expect(failure.message).toContain('Error: cannot lower');
    expect((failure.cause as Error).cause).toMatchObject({ message: 'no reason given' });
  });

  it('that it does not support the model', async () => {
    const { worker } = await ready('load-refuses');
    const failure = await failureOf(worker.request(load()));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'unsupported' });
    expect(failure.message).toContain('Conv with dilations');
  });

  it.each(['run-throws', 'run-throws-a-string'])('while it is timed: %s', async (fault) => {
    const { worker } = await ready(fault);
    await worker.request(load());
    expect((await failureOf(worker.request(warm))).message).toContain('cannot run');
  });

  it('that does not wait for its device is not believed', async () => {
    const { worker } = await ready('run-forgets-to-wait');
    await worker.request(load());
    const failure = await failureOf(worker.request(warm));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'exception' });
    expect(failure.message).toContain('its device had not finished when the clock stopped');
  });

  it('where nobody waits for it: the worker is gone, and its last error told', async () => {
    const { worker } = await ready('run-crashes-later');
    await worker.request(load());
    const failure = await failureOf(worker.request(warm));
    expect(failure.kind).toBe('exited');
    expect(failure.message).toContain('Error: lost in a callback');
  });
});

describe('a framework that hangs', () => {
  it('in native or endless code is ended at the deadline', async () => {
    const started = begin('hangs-busy');
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }, 300));
    expect(failure.kind).toBe('timeout');
    expect(await leftOver(mark)).toEqual([]);
  });
});

describe('a framework that runs out of memory', () => {
  it('in one allocation', async () => {
    const started = begin('buffer-exhausted');
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'out-of-memory' });
    expect(failure.message).toMatch(/ran out of memory/);
  });

  it('of the JavaScript heap', async () => {
    const program = join(buildFolder, 'runners', 'hosts', 'node', 'worker.js');
    const started = begin('heap-exhausted', {
      command: [process.execPath, '--max-old-space-size=48', program],
    });
    await hello(started);
    const failure = await failureOf(started.worker.request({ type: 'describe' }));
    expect(failure.kind).toBe('killed');
    expect(failure.message).toMatch(/ran out of memory and aborted: FATAL ERROR: .*heap out of memory/);
  });

  it('in Python', async () => {
    const failure = await failureOf(describePython('touchstone_fault_memory'));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'out-of-memory' });
  });

  it('and has no module for its Python framework', async () => {
    const failure = await failureOf(describePython('touchstone_fault_missing'));
    expect(failure.detail).toMatchObject({ kind: 'refused', refusal: 'unavailable' });
    expect(failure.message).toContain('no_such_framework');
  });
});

/** The Python worker needs no environment to fail before its framework is there. */
async function describePython(module: string): Promise<unknown> {
  const { host, packages, open, ...common } = faultyTarget('open-throws');
  const target: PythonTarget = {
    ...common,
    name: 'faulty/python',
    host: 'python',
    environmentName: 'none',
    distribution: 'none',
    // A dotted name is taken as a module outside the bridge.
    module: `modules.${module}`,
  };
  const started = begin('open-throws', {
    target,
    executable: 'python3',
    environment: {
      PYTHONPATH: [join(projectRoot, 'python-bridge'), join(projectRoot, 'tests', 'faults', 'workers')].join(
        ':',
      ),
    },
  });
  await hello(started);
  return started.worker.request({ type: 'describe' });
}
