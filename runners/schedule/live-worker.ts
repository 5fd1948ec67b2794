/** A worker that has been started, greeted and described, with its number in the run. */

import { join } from 'node:path';
import { splitVersion } from '../../adapters/versions.js';
import { TouchstoneError } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';
import { fileNameOf, targetOf } from '../../common/run/cell.js';
import { type DeviceChoice, deviceId } from '../../common/run/device.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { differences, listed } from '../../common/text.js';
import { protocolVersion, type RequestBody, type Results } from '../protocol/messages.js';
import type { Worker } from '../protocol/worker.js';
import { type RunContext, threadsOf } from './context.js';
import type { Activity } from './stopwatch.js';

export interface LiveWorker {
  readonly target: string;
  /** Counts up over the whole run; samples name it. */
  readonly process: number;
  readonly spawnMs: number;
  readonly importMs: number;
  /** Models that it was asked to load so far: only the first of them meets a fresh process. */
  readonly loads: () => number;
  /** Resumes the worker, asks, and pauses it again, so that at most one is ever awake. */
  ask<Body extends RequestBody>(
    activity: Activity,
    body: Body,
    deadlineMs?: number,
  ): Promise<Results[Body['type']]>;
  /** Binds it to these processors, if it is not there already. */
  moveTo(cpus: readonly number[]): Promise<void>;
  /** Says goodbye; a worker that does not leave is killed. */
  close(): Promise<void>;
  kill(): Promise<void>;
}

/** Whose process it is; `threads` where the run has several counts, as its cells say it. */
export type Owner = Pick<PlannedCell, 'target' | 'device' | 'threads'>;

/**
 * Starts a worker and imports its framework. Rejects with the worker's failure, after the process is gone.
 *
 * @param round null outside the rounds
 * @param number of the process in this run
 */
export async function openWorker(
  context: RunContext,
  { target, device, threads: ownThreads }: Owner,
  cpus: readonly number[],
  round: number | null,
  number = context.state.nextProcess(),
): Promise<LiveWorker> {
  const logFile = join(context.folder, 'logs', `${fileNameOf(target)}-${number}.log`);
  const startedMs = context.nowMs();
  const threads = threadsOf(context, ownThreads);
  const worker = context.startWorker({ target, threads, cpus, device, logFile });
  const stopOnAbort = () => void worker.kill();
  context.signal.addEventListener('abort', stopOnAbort);
  const gone = async () => {
    context.signal.removeEventListener('abort', stopOnAbort);
    await worker.kill();
  };
  try {
    const { hello, spawnMs, description } = await greet(
      context,
      worker,
      target,
      { threads, cpus: [...cpus], device },
      startedMs,
    );
    const importMs = description.importNs / 1e6;
    context.state.record({
      type: 'process',
      process: number,
      target,
      ...(ownThreads === undefined ? {} : { threads: ownThreads }),
      round,
      runtime: hello.runtime,
      versions: description.versions,
      configuration: description.configuration,
      device: description.device,
      spawnMs,
      importMs,
    });
    worker.pause();
    return live(context, worker, { target, process: number, spawnMs, importMs }, cpus, gone);
  } catch (error) {
    await gone();
    throw error;
  }
}

async function greet(
  context: RunContext,
  worker: Worker,
  target: string,
  budget: { threads: number; cpus: number[]; device: DeviceChoice },
  startedMs: number,
) {
  const hello = await context.stopwatch.time('start-up', () =>
    worker.request(
      { type: 'hello', protocol: protocolVersion, target: targetOf(target), budget },
      context.deadlineMs,
    ),
  );
  const spawnMs = context.nowMs() - startedMs;
  verifyProtocol(target, hello.protocol);
  const description = await context.stopwatch.time('start-up', () =>
    worker.request({ type: 'describe' }, context.deadlineMs),
  );
  verifyCpus(target, budget.cpus, hello.cpus, 'before');
  verifyCpus(target, budget.cpus, description.cpus, 'after');
  verifyDevice(target, budget.device, description.device);
  verifyVersion(target, description.versions);
  verifySame(target, context.state.versionsOf(target), description.versions);
  return { hello, spawnMs, description };
}

/** It would answer other questions than it is asked. */
function verifyProtocol(target: string, spoken: number): void {
  if (spoken === protocolVersion) return;
  throw new TouchstoneError('worker', `${target} speaks protocol ${spoken}, not ${protocolVersion}`, {
    hint: 'its worker is of another version of Touchstone; set it up anew',
  });
}

/** A framework that binds itself elsewhere would be timed on other processors than the other targets. */
function verifyCpus(
  target: string,
  given: readonly number[],
  found: readonly number[] | null,
  when: 'before' | 'after',
): void {
  if (given.length === 0 || found === null || given.join() === found.join()) return;
  throw new TouchstoneError(
    'worker',
    `${target} runs on processors ${found.join(', ')} ${when} its import, although it was given ${given.join(', ')}`,
    { hint: 'look for affinity settings of its threading library in the environment' },
  );
}

/** Frameworks fall back to the CPU without a message where a device or its driver does not come up. */
function verifyDevice(target: string, given: DeviceChoice, found: DeviceChoice): void {
  if (deviceId(given) === deviceId(found)) return;
  throw new TouchstoneError('worker', `${target} computes on ${deviceId(found)}, not on ${deviceId(given)}`, {
    hint: 'the log of its worker shows why the device did not come up',
  });
}

/** A target at a version of its own runs that version, not whatever another folder holds. */
function verifyVersion(target: string, found: Readonly<Record<string, string>>): void {
  const { version } = splitVersion(targetOf(target));
  const versions = Object.values(found);
  // A build adds its own mark behind it: 2.13.0+cpu.
  if (version === undefined || versions.some((each) => each.split('+')[0] === version)) return;
  const listed = Object.entries(found).map(([name, each]) => `${name} ${each}`);
  throw new TouchstoneError('worker', `${target} runs ${listed.join(', ')}, not version ${version}`, {
    hint: `make its folder anew with \`${invocation(`setup ${target}`)}\``,
  });
}

/** An installation that changes while a run goes on, or between two sessions, would be two targets under one name. */
function verifySame(
  target: string,
  earlier: Readonly<Record<string, string>> | undefined,
  found: Readonly<Record<string, string>>,
): void {
  const changed = earlier ? differences(earlier, found) : [];
  if (changed.length === 0) return;
  throw new TouchstoneError('worker', `${target} has changed since the run began: ${listed(changed)}`, {
    hint: 'begin a new run',
  });
}

function live(
  context: RunContext,
  worker: Worker,
  facts: Pick<LiveWorker, 'target' | 'process' | 'spawnMs' | 'importMs'>,
  startedOn: readonly number[],
  gone: () => Promise<void>,
): LiveWorker {
  let runsOn = startedOn.join();
  let loads = 0;
  return {
    ...facts,
    loads: () => loads,
    async moveTo(cpus) {
      if (cpus.join() === runsOn) return;
      await worker.moveTo(cpus);
      runsOn = cpus.join();
    },
    ask(activity, body, deadlineMs) {
      if (body.type === 'load') loads += 1;
      return context.stopwatch.time(activity, async () => {
        worker.resume();
        try {
          return await worker.request(body, deadlineMs ?? context.deadlineMs);
        } finally {
          worker.pause();
        }
      });
    },
    async close() {
      await context.stopwatch.time('worker exit', async () => {
        worker.resume();
        await worker.request({ type: 'bye' }, 2_000).catch(() => undefined);
        await gone();
      });
    },
    kill: gone,
  };
}
