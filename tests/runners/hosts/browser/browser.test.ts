/** The browser host with real browsers: a page that answers, and what a page can do wrong. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addOutsideAdapter, findTarget } from '../../../../adapters/discover.js';
import { buildFolder } from '../../../../common/paths.js';
import { firstDevice } from '../../../../common/run/device.js';
import { readTensors } from '../../../../model/safetensors.js';
import { ensureTargets } from '../../../../runners/hosts/availability.js';
import { findBrowser } from '../../../../runners/hosts/browser/browsers.js';
import browserHost from '../../../../runners/hosts/browser/index.js';
import { profileOf } from '../../../../runners/hosts/browser/profiles.js';
import { launch } from '../../../../runners/hosts/launch.js';
import { allowedCpus } from '../../../../runners/process/cpus.js';
import { groupMembers } from '../../../../runners/process/group.js';
import type { WorkerProcess } from '../../../../runners/process/worker-process.js';
import { protocolVersion } from '../../../../runners/protocol/messages.js';
import { buffers, makeArtefact, removeArtefacts } from '../node/artefact.js';

let scratch = '';
let folder = '';
const begun: WorkerProcess[] = [];

beforeAll(async () => {
  addOutsideAdapter(join(buildFolder, 'tests/runners/hosts/browser/pages.js'));
  scratch = await mkdtemp(join(tmpdir(), 'touchstone-browser-'));
  folder = await makeArtefact({ mode: 'inference' });
});
afterAll(async () => {
  await removeArtefacts();
  await rm(scratch, { recursive: true });
});
afterEach(async () => {
  for (const worker of begun.splice(0)) {
    await worker.kill();
    expect(groupMembers(worker.pid ?? 0), 'processes that are left').toEqual([]);
    expect(existsSync(profileOf(worker.pid ?? 0)), 'a profile that is left').toBe(false);
  }
});

/** A worker that has been greeted and described. */
async function start(name: string, more: { cpus?: number[]; deadlineMs?: number } = {}) {
  const { target } = await findTarget(name);
  await ensureTargets([target], {});
  const { cpus = [], deadlineMs = 60_000 } = more;
  const budget = { threads: 1, cpus, device: firstDevice('cpu') };
  const worker = launch(browserHost, { target, budget, logFile: join(scratch, 'worker.log'), deadlineMs });
  begun.push(worker);
  const hello = { type: 'hello', protocol: protocolVersion, target: name, budget } as const;
  const greeting = await worker.request(hello);
  return { worker, greeting };
}

async function started(name: string, more?: { cpus?: number[]; deadlineMs?: number }) {
  const { worker } = await start(name, more);
  await worker.request({ type: 'describe' });
  await worker.request({ type: 'load', folder, mode: 'inference' });
  return worker;
}

const failureOf = (attempt: Promise<unknown>) => attempt.then(() => 'no failure', String);
const verify = () => ({ type: 'verify', file: join(scratch, 'verify.safetensors') }) as const;
const turn = { type: 'turn', minNs: 50e6, maxIterations: 20_000, firstBuffer: 1, auditIteration: 3 } as const;

describe.each([['browser'], ['firefox']])('a page @%s', (suffix) => {
  const browser = suffix === 'firefox' ? 'firefox' : 'chromium';
  const isMissing = !findBrowser(browser).found;
  const test = it.skipIf(isMissing);

  test.each([
    ['exact', 'page'],
    ['worker', 'dedicated worker'],
  ])('answers the whole protocol, isolated and on its own clock: %s', async (behaviour, thread) => {
    const { worker, greeting } = await start(`page/${behaviour}@${suffix}`);
    expect(greeting).toMatchObject({ pid: null, runtime: expect.stringMatching(`^${browser} \\d+\\.`) });
    const { configuration, versions } = await worker.request({ type: 'describe' });
    expect(configuration).toMatchObject({ crossOriginIsolated: true, threads: 1, thread });
    expect(versions).toEqual({ convnetjs: '0.3.0' });
    await worker.request({ type: 'load', folder, mode: 'inference' });
    const { samplesNs } = await worker.request({ type: 'warm', minIterations: 3, minNs: 1e6, maxNs: 1e9 });
    expect(samplesNs.length).toBeGreaterThan(2);
    await worker.request(verify());
    const verified = await readTensors(verify().file);
    expect(Object.entries(verified).map(([name, { data }]) => [name, data[0]])).toEqual(
      Array.from({ length: buffers }, (_, buffer) => [`output/${buffer}/y`, 10 * buffer + 0.5]),
    );
    const timed = await worker.request(turn);
    // A sum takes less than a clock of a page can tell.
    expect(timed.batch).toBeGreaterThan(1);
    expect(timed.batch * timed.samplesNs.reduce((sum, ns) => sum + ns, 0)).toBeGreaterThan(1e6);
    const file = join(scratch, 'audit.safetensors');
    expect(await worker.request({ type: 'audit', file })).toEqual({ outputs: 1 });
    expect((await readTensors(file))['0/y']?.data[0]).toBe(10 * timed.auditBuffer + 0.5);
    const memory = await worker.request({ type: 'memory' });
    expect(memory.rssBytes).toBeGreaterThan(50e6);
    expect(memory.peakRssBytes).toBeGreaterThanOrEqual(memory.rssBytes ?? Number.NaN);
    await worker.request({ type: 'bye' });
    expect(await worker.exited).toEqual({ kind: 'status', status: 0 });
  });

  test('is bound, paused and charged with all of its processes', async () => {
    const [first = 0, last = first] = [allowedCpus()[0], allowedCpus().at(-1)];
    const worker = await started(`page/computes@${suffix}`, { cpus: [last] });
    await worker.moveTo([first]);
    const affinities = groupMembers(worker.pid ?? 0).map(
      (pid) => /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
    );
    expect(affinities.length).toBeGreaterThan(3);
    expect(new Set(affinities)).toEqual(new Set([String(first)]));
    worker.pause();
    // A signal is taken when its process is next scheduled.
    await expect
      .poll(() => new Set(groupMembers(worker.pid ?? 0).map((pid) => stateOf(pid))), { timeout: 10_000 })
      .toEqual(new Set(['T']));
    worker.resume();
    const { cpuNs, samplesNs } = await worker.request({ ...turn, minNs: 300e6 });
    const share = (cpuNs ?? 0) / samplesNs.reduce((sum, ns) => sum + ns, 0);
    // On a busy machine the page gets less than a processor, and other pages of the browser a little.
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(1.5);
  });

  test('reaches nothing but its own files', async () => {
    const worker = await started(`page/writes@${suffix}`);
    expect(await failureOf(worker.request(verify()))).toContain('403 404 404 refused');
    expect(existsSync('/tmp/touchstone-page-was-here')).toBe(false);
  });

  test('says why its framework does not open, and is as good as before', async () => {
    const { worker } = await start(`page/throws@${suffix}`);
    expect(await failureOf(worker.request({ type: 'describe' }))).toContain(
      'the framework has no such backend',
    );
    expect(await worker.request({ type: 'memory' })).toMatchObject({ deviceBytes: null });
  });

  test.each([
    ['leaves', 'the page went away'],
    ['reloads', 'the page went away'],
    ['asks', 'the page called alert(), and nobody is there to answer a dialog'],
  ])('that %s fails with the reason', async (behaviour, reason) => {
    const worker = await started(`page/${behaviour}@${suffix}`);
    expect(await failureOf(worker.request(verify()))).toContain(reason);
  });

  // Firefox has no WebGL without a graphics processor.
  it.skipIf(isMissing || browser === 'firefox')(
    'that loses its graphics context fails with the reason',
    async () => {
      const worker = await started(`page/loses@${suffix}`);
      expect(await failureOf(worker.request(verify()))).toContain(
        'the page failed: its WebGL context was lost',
      );
    },
  );

  test('that hangs is ended at the deadline', async () => {
    const worker = await started(`page/hangs@${suffix}`);
    expect(await failureOf(worker.request(verify(), 2_000))).toContain('did not answer verify within 2 s');
  });

  test('whose process dies fails with the reason', async () => {
    const worker = await started(`page/hangs@${suffix}`);
    const failing = failureOf(worker.request(verify()));
    for (const pid of groupMembers(worker.pid ?? 0).filter(isPage)) process.kill(pid, 'SIGKILL');
    expect(await failing).toContain('the page went away');
  });

  test('whose browser dies fails with the reason', async () => {
    const worker = await started(`page/hangs@${suffix}`);
    const failing = failureOf(worker.request(verify()));
    const [shell] = groupMembers(worker.pid ?? 0);
    const children = execFileSync('pgrep', ['-P', String(shell)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const pid of children) process.kill(Number(pid), 'SIGKILL');
    expect(await failing).toMatch(/the browser ended with SIGKILL|the page went away/);
  });
});

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
}

/** A process that shows pages, of either browser. */
function isPage(pid: number): boolean {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  return /--type=renderer|-isForBrowser/.test(line);
}
