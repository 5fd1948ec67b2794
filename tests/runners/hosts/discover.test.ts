import { expect, it } from 'vitest';
import type { PythonTarget } from '../../../adapters/adapter.js';
import { supported } from '../../../adapters/adapter.js';
import { discoverHosts, hostOf } from '../../../runners/hosts/discover.js';
import pythonHost from '../../../runners/hosts/python/index.js';

it('finds the hosts by their folders', async () => {
  const hosts = await discoverHosts();
  expect(hosts.map(({ name }) => name)).toEqual(['browser', 'node', 'python']);
  expect(await hostOf({ name: 'x/y', host: 'python' })).toBe(hosts[2]);
});

it('a target on a host that does not exist is refused with those that do', async () => {
  await expect(hostOf({ name: 'x/y', host: 'deno' })).rejects.toMatchObject({
    code: 'usage',
    message: 'x/y runs on the host deno, which does not exist',
    hint: 'the hosts are browser, node, python',
  });
});

it('a Python target without an interpreter is refused with what to do', () => {
  const target: PythonTarget = {
    name: 'x/y',
    host: 'python',
    device: 'cpu',
    summary: '',
    environmentName: 'none',
    distribution: 'none',
    module: 'none',
    modes: { inference: supported, training: supported },
    precisions: ['float32'],
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
  };
  const options = {
    target,
    budget: { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } },
    logFile: '/dev/null',
    deadlineMs: 1000,
  };
  expect(() => pythonHost.launch(options)).toThrow(/x\/y needs a Python interpreter/);
});
