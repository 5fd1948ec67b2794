/**
 * A coordinator that starts a worker, has it stopped, tells its number on stdout, and then ends in the way that its
 * argument names; run compiled, as a process of its own, by `orphans.test.ts`. The worker's mark is inherited.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../../../runners/hosts/launch.js';
import nodeHost from '../../../runners/hosts/node/index.js';
import { capabilities } from '../../../runners/process/capabilities.js';
import { protocolVersion } from '../../../runners/protocol/messages.js';
import { faultyTarget } from '../adapters/faulty.js';

const worker = launch(nodeHost, {
  target: faultyTarget('open-throws'),
  budget: { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } },
  logFile: join(tmpdir(), `touchstone-orphan-${process.pid}.log`),
  deadlineMs: 20_000,
});
await worker.request({
  type: 'hello',
  protocol: protocolVersion,
  target: 'faulty/open-throws',
  budget: { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } },
});
worker.pause();
process.stdout.write(`${JSON.stringify({ worker: worker.pid, ...capabilities() })}\n`);

const endings: Readonly<Record<string, () => void>> = {
  'is killed': () => undefined,
  exits: () => process.exit(0),
  throws: () =>
    void setTimeout(() => {
      throw new Error('a defect');
    }),
};
endings[process.argv[2] ?? '']?.();
