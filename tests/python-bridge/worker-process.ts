/** A Python worker driven by hand over file descriptors 3 and 4, every reply checked against the protocol. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { projectRoot } from '../../common/paths.js';
import {
  protocolVersion,
  type Reply,
  type RequestBody,
  type RequestType,
  type Results,
  reply,
  results,
} from '../../runners/protocol/messages.js';

export class WorkerProcess {
  readonly child: ChildProcess;
  /** Exit status, or the signal's name. */
  readonly exited: Promise<number | string | null>;
  private readonly requests: Writable;
  private readonly lines: AsyncIterator<string>;
  private number = 0;
  private noise = '';

  constructor(
    python: string,
    options: { module?: string; path?: string; env?: Record<string, string> } = {},
  ) {
    const path = [options.path, join(projectRoot, 'python-bridge')].filter((part) => part !== undefined);
    const module = options.module === undefined ? [] : [options.module];
    this.child = spawn(python, ['-m', 'touchstone_bridge.worker', ...module], {
      cwd: projectRoot,
      env: { ...process.env, ...options.env, PYTHONPATH: path.join(':') },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.requests = this.child.stdio[3] as Writable;
    this.requests.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdio[4] as Readable })[Symbol.asyncIterator]();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.noise += chunk.toString();
      });
    }
    this.exited = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  /** What it printed so far. */
  get log(): string {
    return this.noise;
  }

  /** The result, checked; an error reply throws an Error whose message begins with its kind. */
  async request<T extends RequestType>(body: Extract<RequestBody, { type: T }>): Promise<Results[T]> {
    const answer = await this.send(body);
    if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.message}`);
    return results[body.type].parse(answer.result) as Results[T];
  }

  /** The reply to anything, right or wrong. */
  async send(body: unknown): Promise<Reply> {
    this.number += 1;
    this.write(`${JSON.stringify({ id: this.number, body })}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`no reply; it printed: ${this.noise}`);
    const answer = reply.parse(JSON.parse(line.value));
    if (answer.id !== this.number) throw new Error(`reply ${answer.id} to request ${this.number}`);
    return answer;
  }

  write(text: string): void {
    this.requests.write(text);
  }

  /** Closes the worker's end of requests. */
  end(): void {
    this.requests.end();
  }

  async hello(target: string, threads = 1): Promise<Results['hello']> {
    return this.request({
      type: 'hello',
      protocol: protocolVersion,
      target,
      budget: { threads, cpus: [0], device: { kind: 'cpu', index: 0 } },
    });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
