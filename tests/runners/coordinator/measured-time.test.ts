import { expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { measuredMs } from '../../../runners/coordinator/measured-time.js';

const conditions = { loadAverage: null, stealShare: null, workerCpus: [], coordinatorCpus: [] };
const began = (atMs: number): RunEvent => ({
  atMs,
  type: 'began',
  conditions: { ...conditions, bound: false, paused: false },
});
const schedule = (atMs: number): RunEvent => ({ atMs, type: 'schedule', rounds: 3, shares: {} });
const turn = (atMs: number): RunEvent => ({
  ...{ atMs, type: 'turn', cell: 'c', round: 0, block: 0, process: 0 },
  ...{ startMs: 0, samplesNs: [1], batch: 1, cpuNs: null },
});

it('counts from the schedule to the last turn', () => {
  expect(measuredMs([began(0), schedule(900), turn(1_000), turn(1_500)])).toBe(600);
});

it('counts later sessions from their beginning', () => {
  const first = [began(0), schedule(900), turn(1_000)];
  expect(measuredMs([...first, began(1_000), turn(1_300), began(1_300), turn(1_350)])).toBe(100 + 300 + 50);
});

it('charges nothing for sessions without a turn, however many', () => {
  const killed = Array.from({ length: 20 }, (_, index) => began(1_000 + 5_000 * index));
  expect(measuredMs([began(0), schedule(900), turn(1_000), ...killed])).toBe(100);
  expect(measuredMs([began(0), turn(10)])).toBe(0);
  expect(measuredMs([])).toBe(0);
});
