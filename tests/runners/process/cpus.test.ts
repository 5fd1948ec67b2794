import { describe, expect, it } from 'vitest';
import { capabilities } from '../../../runners/process/capabilities.js';
import { ownCpus, parseCpuList } from '../../../runners/process/cpu-list.js';
import { allowedCpus, splitCpus } from '../../../runners/process/cpus.js';

describe('processor lists', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['8,0-2,5', [0, 1, 2, 5, 8]],
    ['', []],
  ])('%s', (list, cpus) => expect(parseCpuList(list)).toEqual(cpus));

  it('of this process is not empty, where the system tells', () => {
    expect(ownCpus() ?? [0]).not.toEqual([]);
    expect(allowedCpus()).not.toEqual([]);
  });
});

describe.skipIf(!capabilities().canBind)('the split', () => {
  it.each([
    { threads: 1, cpus: [0, 1, 4], workers: [4], coordinator: [0, 1] },
    { threads: 2, cpus: [0, 1, 4], workers: [1, 4], coordinator: [0] },
    { threads: 3, cpus: [0, 1, 4], workers: [0, 1, 4], coordinator: [0, 1, 4] },
    { threads: 9, cpus: [0, 1, 4], workers: [0, 1, 4], coordinator: [0, 1, 4] },
    { threads: 1, cpus: [6], workers: [6], coordinator: [6] },
  ])('$threads of $cpus', ({ threads, cpus, ...split }) => {
    expect(splitCpus(threads, cpus)).toEqual(split);
  });
});
