/** A run that was continued is as valid as its worst session. */
import { expect, it } from 'vitest';
import { type Conditions, unknownConditions } from '../../../common/run/results.js';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { conditionsOf } from '../../../reports/analyse/conditions.js';

const good: Conditions = {
  loadAverage: 0.2,
  stealShare: null,
  workerCpus: [1],
  coordinatorCpus: [0],
  bound: true,
  paused: true,
};
const began = (conditions: Partial<Conditions>): RunEvent => ({
  atMs: 0,
  type: 'began',
  conditions: { ...good, ...conditions },
});
const ended = (stealShare: number | null): RunEvent => ({
  atMs: 1,
  type: 'ended',
  ending: 'finished',
  stealShare,
});

it('of a single session are its own, with the stolen time that it ended with', () => {
  expect(conditionsOf([began({}), ended(0.001)])).toEqual({ ...good, stealShare: 0.001 });
  expect(conditionsOf([])).toEqual(unknownConditions);
});

it.each<[string, Partial<Conditions>, Partial<Conditions>]>([
  ['load', { loadAverage: 7 }, { loadAverage: 7 }],
  ['binding', { bound: false }, { bound: false }],
  ['workers out of turn', { paused: false }, { paused: false }],
  ['shared processors', { workerCpus: [0, 1] }, { workerCpus: [0, 1], coordinatorCpus: [0] }],
  ['limit', { cpuLimit: 0.5 }, { cpuLimit: 0.5 }],
  ['limit that is not known', { cpuLimit: 'unknown' }, { cpuLimit: 'unknown' }],
])('of several are the worst of each, whichever was the last: %s', (_, bad, expected) => {
  for (const sessions of [
    [began(bad), began({})],
    [began({}), began(bad)],
  ])
    expect(conditionsOf(sessions)).toEqual({ ...good, ...expected });
});

it('a limit and a larger one are the smaller one; stolen time is the largest that is known', () => {
  expect(conditionsOf([began({ cpuLimit: 0.5 }), began({ cpuLimit: 2 })]).cpuLimit).toBe(0.5);
  expect(conditionsOf([began({}), ended(0.2), began({}), ended(0.01), began({})]).stealShare).toBe(0.2);
});
