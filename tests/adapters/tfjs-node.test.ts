/** `tfjs/node` through its own worker: what it says it runs on, and that it comes up where Node lacks what it calls. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isNodeTarget } from '../../adapters/adapter.js';
import { findTarget } from '../../adapters/discover.js';
import { ensureTargets } from '../../runners/hosts/availability.js';
import { startDescribed } from '../../runners/hosts/described.js';
import { addonOrigin } from '../../runners/hosts/node/addons.js';
import nodeHost from '../../runners/hosts/node/index.js';

const scratch = mkdtempSync(join(tmpdir(), 'touchstone-tfjs-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const budget = { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } };

async function describeIn(environment: Record<string, string>) {
  const { target } = await findTarget('tfjs/node');
  await ensureTargets([target], {});
  const logFile = join(scratch, 'worker.log');
  const { worker, description } = await startDescribed({
    target,
    budget,
    logFile,
    deadlineMs: 60_000,
    environment,
  });
  await worker.kill();
  return description;
}

it('says which libtensorflow it runs on, and with how many threads', { timeout: 600_000 }, async () => {
  const { versions, configuration } = await describeIn({});
  expect(versions).toMatchObject({ tfjs: '4.22.0', libtensorflow: expect.stringMatching(/^2\.\d+\.\d+/) });
  expect(configuration).toMatchObject({ backend: 'tensorflow', threads: 1 });
  expect(configuration.libtensorflow).toMatch(/libtensorflow/);
  const { target } = await findTarget('tfjs/node');
  expect(isNodeTarget(target) && addonOrigin(target)).toMatch(/libtensorflow/);
});

it('comes up on a Node that has no util.isNullOrUndefined, as from 23 on', { timeout: 600_000 }, async () => {
  const removing = join(scratch, 'newer.cjs');
  writeFileSync(removing, "delete require('node:util').isNullOrUndefined;");
  const { versions } = await describeIn({ NODE_OPTIONS: `--require ${removing}` });
  expect(versions.libtensorflow).toBeDefined();
});

it('is ready only while the environment that it is linked to is', async () => {
  const { target } = await findTarget('tfjs/node');
  const [addon] = nodeHost.provision(target).installations;
  expect(await addon?.state()).toEqual({ state: 'ready' });
});
