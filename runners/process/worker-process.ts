/** A worker process: started with an equal budget, spoken to over its own pipe, and never left behind. */
import type { Duplex, Readable } from 'node:stream';
import { execa } from 'execa';
import { messageOf } from '../../common/errors.js';
import type { DeviceKind } from '../../common/run/device.js';
import { openChannel } from '../protocol/channel.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { Worker } from '../protocol/worker.js';
import { capabilities } from './capabilities.js';
import { bindGroup } from './cpus.js';
import { type Exit, failureOf, hungUp } from './ending.js';
import { adopt, bury, killGroup, send } from './group.js';
import { openLog, type WorkerLog } from './log.js';
import { wrapped } from './wrapped.js';

export interface ProcessOptions {
  /** What messages call it: the target. */
  readonly subject: string;
  readonly command: readonly string[];
  /** All of the child's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Processors that it is bound to; none leaves it where this process is. */
  readonly cpus: readonly number[];
  /** Where stdout and stderr go; made with its folder. */
  readonly logFile: string;
  /** Deadline of a request that names none. */
  readonly deadlineMs: number;
  /** Whether `pause` may stop it. */
  readonly canPause: boolean;
}

export interface WorkerProcess extends Worker {
  /** The worker's own process number; undefined where it could not be started. */
  readonly pid: number | undefined;
  readonly exited: Promise<Exit>;
}

/** How long what a dead process has written may still be on its way. */
const drainMs = 300;
/** How long a worker that closed its pipe may take to leave. */
const leaveMs = 1_000;

/**
 * A stopped orphan would never see the end of its pipe, so only a process that is sure to die with this one is stopped.
 * Whether a driver bears that a process with work on its device is stopped has been tried for processors alone.
 */
export function canStopProcesses(device: DeviceKind): boolean {
  return device === 'cpu' && capabilities().canDieWithParent;
}

/** A process that fails to start fails its requests. */
export function startProcess(options: ProcessOptions): WorkerProcess {
  const { subject, logFile } = options;
  const log = openLog(logFile);
  const child = spawnChild(options, log);
  let ended = false;
  let gone = false;
  const failure = (exit: Exit) => failureOf(exit, { subject, logFile, lastWords: log.lastWords(), ended });
  const channel = openChannel({
    subject,
    requests: child.requests,
    replies: child.replies,
    async explainEnd() {
      const exit = await within(leaveMs, child.exited);
      return exit ? failure(exit) : hungUp(subject);
    },
  });
  const exited = child.exited.then((exit) => {
    gone = true;
    // Something that the worker started may hold the pipe open; its end would never come.
    channel.fail(failure(exit));
    log.close();
    return exit;
  });
  const kill = async () => {
    if (!gone && child.pid !== undefined) {
      ended = true;
      killGroup(child.pid);
    }
    await exited;
  };
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    if (!gone && child.pid !== undefined && options.canPause) send(-child.pid, name);
  };
  return {
    pid: child.pid,
    exited,
    async request(body, deadlineMs = options.deadlineMs) {
      try {
        return await channel.request(body, deadlineMs);
      } catch (error) {
        if (error instanceof WorkerFailure && error.kind !== 'refused') void kill();
        throw error;
      }
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async moveTo(cpus) {
      if (!gone && child.pid !== undefined) await bindGroup(child.pid, cpus);
    },
    kill,
  };
}

interface Child {
  readonly pid: number | undefined;
  readonly requests: Duplex;
  readonly replies: Duplex;
  /** When it is gone and what it wrote has been read, or cannot be expected any more. */
  readonly exited: Promise<Exit>;
}

function spawnChild({ command, cpus, environment, folder }: ProcessOptions, log: WorkerLog): Child {
  const [file = '', ...parameters] = wrapped(command, cpus);
  const subprocess = execa(file, parameters, {
    cwd: folder,
    env: { ...environment },
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    // Leader of a process group of its own; see group.ts, which also replaces execa's own clean-up.
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
  });
  const { pid } = subprocess;
  log.follow(subprocess.stdout);
  log.follow(subprocess.stderr);
  // Node gives both pipes as sockets, whatever direction execa supposes.
  const [requests, replies] = subprocess.stdio.slice(3) as unknown as [Duplex, Duplex];
  const exit = new Promise<Exit>((resolve) => {
    subprocess.once('exit', (status, signal) => {
      if (pid !== undefined) bury(pid);
      resolve(signal === null ? { kind: 'status', status: status ?? 0 } : { kind: 'signal', signal });
    });
    if (pid === undefined) {
      void subprocess.then((result) =>
        resolve({ kind: 'unstarted', reason: messageOf(result.cause ?? result) }),
      );
    }
  });
  if (pid !== undefined) adopt(pid);
  const written = [subprocess.stdout, subprocess.stderr, replies].map(closed);
  const exited = exit.then(async (how) => {
    await within(drainMs, Promise.all(written));
    for (const stream of [subprocess.stdout, subprocess.stderr, requests, replies]) stream.destroy();
    return how;
  });
  return { pid, requests, replies, exited };
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', () => resolve());
  });
}

/** What the promise gives, or undefined when it gives nothing in time. */
function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), limitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
