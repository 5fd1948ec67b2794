/**
 * A third host, as different from Node and Python as a browser page: its workers are no processes of their own but the
 * portable core behind a pair of streams, with a clock in milliseconds, and no figures on CPU time or memory.
 *
 * What it is asked to do is written to the file that `TOUCHSTONE_TEST_CALLS` names.
 */
import { appendFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { findTarget } from '../../../adapters/discover.js';
import { loadModel } from '../../../model/artefact/load-model.js';
import { writeTensors } from '../../../model/safetensors.js';
import type { LaunchOptions, WorkerHost } from '../../../runners/hosts/host.js';
import { openChannel } from '../../../runners/protocol/channel.js';
import { WorkerFailure } from '../../../runners/protocol/failure.js';
import { maxLineBytes, readLines } from '../../../runners/protocol/lines.js';
import type { Worker } from '../../../runners/protocol/worker.js';
import { answer } from '../../../runners/worker/answer.js';
import type { Clock, Platform } from '../../../runners/worker/platform.js';
import { StateMachine } from '../../../runners/worker/state-machine.js';
import type { PageTarget } from './page-targets.js';

const clock: Clock<number> = {
  now: () => performance.now(),
  tickNs: 1,
  nsBetween: (begin, end) => Math.round((end - begin) * 1e6),
  cpuNs: () => null,
};

const platform: Platform = {
  runtime: 'page 1.0',
  pid: null,
  clock,
  storage: { loadModel, writeTensors },
  findTarget: async (name) => (await findTarget(name)).target as PageTarget,
  cpuName: 'a processor behind a page',
  cpus: () => null,
  settings: () => ({ allocator: null }),
  memory: () => ({ rssBytes: null, peakRssBytes: null }),
  mark: async () => ({ workNs: 1e6, waitNs: null, switches: null }),
};

const host: WorkerHost = {
  name: 'page',
  provision: (target) => ({
    installations: [],
    availability: async () =>
      target.name === 'page/missing'
        ? { available: false, reason: 'no page shows it', fix: 'open a page' }
        : { available: true, executable: '/opt/browser' },
  }),
  describe: () => ({ versions: { page: '1.0' }, folders: [], environment: null }),
  launch,
  canPause: () => false,
  async close() {
    record('close');
  },
};
export default host;

function launch({ target, deadlineMs, executable }: LaunchOptions): Worker {
  record(`launch ${target.name} in ${executable}`);
  const [requests, replies] = [new PassThrough(), new PassThrough()];
  const machine = new StateMachine(platform);
  readLines(requests, maxLineBytes, {
    async line(text) {
      const answered = await answer(machine, text);
      if (answered) replies.write(`${answered.text}\n`);
    },
    tooLong: () => replies.end(),
    end: () => replies.end(),
  });
  const gone = new WorkerFailure({ kind: 'exited', status: 0 }, `${target.name} was closed`);
  const channel = openChannel({ subject: target.name, requests, replies, explainEnd: async () => gone });
  return {
    request: (body, ownDeadlineMs = deadlineMs) => channel.request(body, ownDeadlineMs),
    pause: () => record('pause'),
    resume: () => undefined,
    moveTo: async () => undefined,
    async kill() {
      channel.fail(gone);
      requests.destroy();
    },
  };
}

function record(call: string): void {
  const file = process.env.TOUCHSTONE_TEST_CALLS;
  if (file) appendFileSync(file, `${call}\n`);
}
