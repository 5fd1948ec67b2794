/** A worker process: started with an equal budget, spoken to over its own pipe, and never left behind. */
import type { Duplex, Readable } from 'node:stream';
import { execa } from 'execa';
import type { Budget, Target } from '../../adapters/adapter.js';
import { messageOf } from '../../common/errors.js';
import { projectRoot } from '../../common/paths.js';
import { loadGraph } from '../../model/artefact/load-model.js';
import { openChannel } from '../protocol/channel.js';
import { WorkerFailure } from '../protocol/failure.js';
import type { RequestBody, Results } from '../protocol/messages.js';
import { capabilities } from './capabilities.js';
import { type Checkout, checkoutEnvironment } from './checkout.js';
import { programOf, wrapped } from './command.js';
import { type Exit, failureOf, hungUp } from './ending.js';
import { workerEnvironment } from './environment.js';
import { adopt, bury, killGroup, send } from './group.js';
import { openLog, type WorkerLog } from './log.js';

export interface StartOptions {
  readonly target: Target;
  readonly budget: Budget;
  /** Where stdout and stderr go; made with its folder. */
  readonly logFile: string;
  /** Deadline of a request that names none. */
  readonly deadlineMs: number;
  /** Interpreter of the target's environment, for targets that live in one. */
  readonly python?: string;
  /** Another commit of the project, whose worker it is; by default this one. */
  readonly checkout?: Checkout;
  /** Added to the worker's environment last. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Another program than the target's own, for tests. */
  readonly command?: readonly string[];
}

export interface WorkerSession {
  /** The worker's own process number; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** When it was asked for, on the clock of `performance.now()`. */
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  /** Rejects with a `WorkerFailure`. After any but `refused` the process is being ended and of no more use. */
  request<Body extends RequestBody>(body: Body, deadlineMs?: number): Promise<Results[Body['type']]>;
  /**
   * Stops the process, where it is sure to die with this one: a stopped orphan would never see the end of its pipe.
   * Does nothing elsewhere.
   */
  pause(): void;
  resume(): void;
  /** Ends the process and everything that it started; resolves when it is gone and its log is written. */
  kill(): Promise<void>;
}

/** How long what a dead process has written may still be on its way. */
const drainMs = 300;
/** How long a worker that closed its pipe may take to leave. */
const leaveMs = 1_000;

/** @throws TouchstoneError only where no command line can be made; a process that fails to start fails its requests */
export function startWorker(options: StartOptions): WorkerSession {
  const { target, budget, logFile } = options;
  const { checkout } = options;
  const program = options.command ?? programOf(target, options.python, checkout?.root);
  const spawnedAtMs = performance.now();
  const log = openLog(logFile);
  const child = spawnChild(
    wrapped(program, budget.cpus),
    workerEnvironment(target, budget, { ...checkoutEnvironment(checkout), ...options.environment }),
    log,
    checkout?.root ?? projectRoot,
  );
  let ended = false;
  let gone = false;
  const failure = (exit: Exit) =>
    failureOf(exit, { subject: target.name, logFile, lastWords: log.lastWords(), ended });
  const channel = openChannel({
    subject: target.name,
    requests: child.requests,
    replies: child.replies,
    async explainEnd() {
      const exit = await within(leaveMs, child.exited);
      return exit ? failure(exit) : hungUp(target.name);
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
    if (!gone && child.pid !== undefined && capabilities().canDieWithParent) send(child.pid, name);
  };
  return {
    pid: child.pid,
    spawnedAtMs,
    exited,
    async request(body, deadlineMs = options.deadlineMs) {
      try {
        return await channel.request(await withPlan(target, body, checkout), deadlineMs);
      } catch (error) {
        if (error instanceof WorkerFailure && error.kind !== 'refused') void kill();
        throw error;
      }
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill,
  };
}

/** A request to load, with the plan of a target whose descriptor makes one. */
async function withPlan<Body extends RequestBody>(
  target: Target,
  body: Body,
  checkout: Checkout | undefined,
): Promise<Body> {
  if (body.type !== 'load' || target.host !== 'python' || !target.plan) return body;
  const read = checkout?.loadGraph ?? loadGraph;
  return { ...body, plan: target.plan(await read(body.folder), body.mode) };
}

interface Child {
  readonly pid: number | undefined;
  readonly requests: Duplex;
  readonly replies: Duplex;
  /** When it is gone and what it wrote has been read, or cannot be expected any more. */
  readonly exited: Promise<Exit>;
}

function spawnChild(
  [file = '', ...parameters]: readonly string[],
  env: Record<string, string | undefined>,
  log: WorkerLog,
  cwd: string,
): Child {
  const subprocess = execa(file, parameters, {
    cwd,
    env,
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
