/** Starts faulty workers for tests: raw scripts that speak the protocol wrongly, or Node workers with faulty adapters. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPythonTarget } from '../../../adapters/adapter.js';
import { buildFolder } from '../../../common/paths.js';
import type { LaunchOptions } from '../../../runners/hosts/host.js';
import { launch } from '../../../runners/hosts/launch.js';
import nodeHost from '../../../runners/hosts/node/index.js';
import pythonHost from '../../../runners/hosts/python/index.js';
import type { WorkerProcess } from '../../../runners/process/worker-process.js';
import { protocolVersion } from '../../../runners/protocol/messages.js';
import { faultyTarget } from '../adapters/faulty.js';
import { markName } from './marked.js';

/** Carried by every process that this test file starts. */
export const mark = randomUUID();
const folder = mkdtempSync(join(tmpdir(), 'touchstone-faults-'));
const budget = { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } };
let started = 0;

export interface Started {
  readonly worker: WorkerProcess;
  readonly logFile: string;
  readonly fault: string;
}

/** A worker of the real kind whose adapter fails in the given way. */
export function startFaulty(fault: string, options: Partial<LaunchOptions> = {}): Started {
  const logFile = join(folder, `${++started}.log`);
  const target = options.target ?? faultyTarget(fault);
  const host = isPythonTarget(target) ? pythonHost : nodeHost;
  const worker = launch(host, {
    budget,
    logFile,
    deadlineMs: 20_000,
    ...options,
    target,
    environment: {
      [markName]: mark,
      TOUCHSTONE_ADAPTER: join(buildFolder, 'tests', 'faults', 'adapters', 'faulty.js'),
      ...options.environment,
    },
  });
  return { worker, logFile, fault };
}

/**
 * A worker that is nothing but this JavaScript. In its scope: `requests(handler)` calls the handler with each request,
 * `reply(text)` writes a line as it is, `answer(id, result)` a right answer, `greet(id)` the answer to a hello.
 */
export function startRaw(script: string, options: Partial<LaunchOptions> = {}): Started {
  return startFaulty('open-throws', {
    command: [process.execPath, '-e', `${speech}\n${script}`],
    ...options,
  });
}

const speech = `
const fs = require('node:fs');
const reply = (text) => fs.writeSync(4, text + '\\n');
const answer = (id, result) => reply(JSON.stringify({ id, ok: true, result }));
const greet = (id) => answer(id, { protocol: ${protocolVersion}, pid: process.pid, runtime: 'raw', cpus: null });
const requests = (handler) => {
  let text = '';
  new (require('node:net').Socket)({ fd: 3, writable: false }).on('data', (chunk) => {
    text += chunk;
    for (let at = text.indexOf('\\n'); at >= 0; at = text.indexOf('\\n')) {
      const request = JSON.parse(text.slice(0, at));
      text = text.slice(at + 1);
      handler(request);
    }
  });
};
`;

/** The first request; raw workers do not mind which target they are asked to be. */
export function hello({ worker, fault }: Started, deadlineMs?: number) {
  const body = { type: 'hello', protocol: protocolVersion, target: `faulty/${fault}`, budget } as const;
  return worker.request(body, deadlineMs);
}
