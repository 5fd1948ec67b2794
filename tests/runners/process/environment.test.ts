import { afterEach, expect, it, vi } from 'vitest';
import { workerEnvironment } from '../../../runners/process/environment.js';
import { faultyTarget } from '../../faults/adapters/faulty.js';

const target = faultyTarget('open-throws');
const budget = { threads: 3, cpus: [], device: { kind: 'cpu', index: 0 } };

afterEach(() => vi.unstubAllEnvs());

it('gives every worker the budget, whatever the user has set', () => {
  vi.stubEnv('OMP_NUM_THREADS', '64');
  vi.stubEnv('KMP_AFFINITY', 'scatter');
  vi.stubEnv('SOME_SETTING', 'kept');
  const environment = workerEnvironment(target, budget, {});
  expect(environment).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
    OPENBLAS_NUM_THREADS: '3',
    SOME_SETTING: 'kept',
  });
  expect(environment).not.toHaveProperty('KMP_AFFINITY');
});

it('the target overrides the host, and the caller both', () => {
  const own = { ...target, environment: () => ({ OMP_NUM_THREADS: '1', QUIET: 'yes', LEVEL: 'target' }) };
  const host = { QUIET: 'perhaps', LEVEL: 'host', HOST: 'node' };
  const environment = workerEnvironment(own, budget, host, { QUIET: 'no' });
  expect(environment).toMatchObject({ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '3' });
  expect(environment).toMatchObject({ QUIET: 'no', LEVEL: 'target', HOST: 'node' });
});
