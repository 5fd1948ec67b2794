/**
 * The gate is proved: adapters that are subtly wrong, each in one way, run through real workers and must be caught;
 * the same adapter with nothing wrong must pass.
 */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTarget } from '../../adapters/discover.js';
import { buildFolder } from '../../common/paths.js';
import type { ParityCheck } from '../../common/run/results.js';
import { workloadArtefact } from '../../model/artefact/artefact.js';
import { readTensors } from '../../model/safetensors.js';
import type { Mode } from '../../model/workload.js';
import { launch } from '../../runners/hosts/launch.js';
import nodeHost from '../../runners/hosts/node/index.js';
import { checkParity } from '../../runners/parity/parity.js';
import { loadReference } from '../../runners/parity/reference.js';
import { protocolVersion } from '../../runners/protocol/messages.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import rowLstm from '../../suites/lstm/row-lstm.js';
import { bench, readResults, temporaryFolder } from '../e2e/command.js';

const adapter = join(buildFolder, 'tests/parity/adapters/wrong.js');
const before = process.env.TOUCHSTONE_ADAPTER;
beforeAll(() => {
  process.env.TOUCHSTONE_ADAPTER = adapter;
});
afterAll(() => {
  if (before === undefined) delete process.env.TOUCHSTONE_ADAPTER;
  else process.env.TOUCHSTONE_ADAPTER = before;
});

const workloads = { lenet5, 'row-lstm': rowLstm };
type Name = keyof typeof workloads;

async function gate(kind: string, name: Name, mode: Mode): Promise<ParityCheck[]> {
  const { folder } = await workloadArtefact(workloads[name], mode, 1, 0);
  const { target } = await findTarget(`wrong/${kind}`);
  const scratch = await temporaryFolder();
  const budget = { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } };
  const worker = launch(nodeHost, { target, budget, logFile: join(scratch, 'log'), deadlineMs: 60_000 });
  try {
    await worker.request({ type: 'hello', protocol: protocolVersion, target: target.name, budget });
    await worker.request({ type: 'describe' });
    await worker.request({ type: 'load', folder, mode });
    const file = join(scratch, 'actual.safetensors');
    await worker.request({ type: 'verify', file });
    const { expected, weights, tolerance } = await loadReference(folder);
    return checkParity({ expected, actual: await readTensors(file), initial: weights, tolerance });
  } finally {
    await worker.kill();
  }
}

const failing = (checks: readonly ParityCheck[]) =>
  checks.filter((check) => !check.passed).map((check) => check.what);

describe('the parity check', () => {
  it.each([
    ['lenet5', 'inference'],
    ['lenet5', 'training'],
    ['row-lstm', 'inference'],
    ['row-lstm', 'training'],
  ] as const)('passes what is right: %s %s', async (workload, mode) => {
    const checks = await gate('nothing-wrong', workload, mode);
    expect(failing(checks)).toEqual([]);
    const kinds = mode === 'inference' ? ['output'] : ['output', 'loss', 'gradient', 'weight'];
    expect(checks.map((check) => check.what)).toEqual(kinds);
  });

  it.each([
    ['transposed-weights', 'lenet5', 'inference', 'output'],
    ['transposed-weights', 'lenet5', 'training', 'gradient'],
    ['missing-bias', 'lenet5', 'inference', 'output'],
    ['missing-bias', 'lenet5', 'training', 'loss'],
    ['softmax-twice', 'lenet5', 'inference', 'output'],
    ['gates-in-another-order', 'row-lstm', 'inference', 'output'],
    ['gates-in-another-order', 'row-lstm', 'training', 'gradient'],
    ['momentum-dampened', 'lenet5', 'training', 'weight'],
    ['momentum-dampened', 'row-lstm', 'training', 'weight'],
    ['stale-output', 'lenet5', 'inference', 'output'],
    ['half-precision', 'lenet5', 'inference', 'output'],
    ['half-precision', 'row-lstm', 'inference', 'output'],
    ['half-precision', 'row-lstm', 'training', 'gradient'],
    ['half-precision', 'lenet5', 'training', 'gradient'],
  ] as const)('catches %s in %s %s by its %s', async (kind, workload, mode, what) => {
    expect(failing(await gate(kind, workload, mode))).toContain(what);
  });
});

it('names the first node whose value differs', async () => {
  const out = join(await temporaryFolder(), 'run');
  const wanted = [
    '--targets',
    'wrong/missing-bias',
    '--workload',
    'lenet5',
    '--mode',
    'inference',
    '--batch',
    '1',
  ];
  const { exitCode, stderr } = await bench(['--adapter', adapter, ...wanted, '--time', '2s', '--out', out]);
  // Its only cell is wrong, so there is no result.
  expect(exitCode, String(stderr)).toBe(4);
  const [cell] = readResults(out).cells;
  expect(cell?.state).toBe('wrong');
  // The first bias of the net is that of its first convolution.
  expect(cell?.reason).toMatch(/; first at node \S+ \(Conv\), whose value \S+ differs by \d/);
  expect(cell?.parity.find((check) => !check.passed)?.divergence).toMatchObject({ operator: 'Conv' });
}, 240_000);
