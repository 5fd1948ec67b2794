import { describe, expect, it } from 'vitest';
import {
  accuracySection,
  agreementTable,
  type Finding,
  timeTable,
} from '../../../runners/accuracy/report.js';
import type { Epoch, TrainingOutcome } from '../../../runners/accuracy/train-to-accuracy.js';
import { accuracyTasks } from '../../../suites/accuracy.js';

const epoch = (seconds: number, correct: number, meanLoss: number | null = 0.5): Epoch => ({
  spanNs: seconds * 1e9,
  firstStepNs: 1e8,
  cpuNs: seconds * 5e8,
  waitNs: seconds * 1e8,
  meanLoss,
  correct,
});
const trained = (epochs: Epoch[]) => ({
  versions: {},
  loadNs: 1,
  heldOut: 2000,
  epochs,
});
const finished = (state: 'reached' | 'missed', epochs: Epoch[]): TrainingOutcome => ({
  state,
  ...trained(epochs),
});
const of = (target: string, seed: number, outcome: Finding['outcome']): Finding => ({
  workload: 'lenet5',
  target,
  seed,
  outcome,
});

const findings = [
  of('a/cpu', 2, finished('reached', [epoch(2, 1900, 0.5), epoch(3, 1960)])),
  of('a/cpu', 1, finished('reached', [epoch(4, 1970, 0.4)])),
  of('a/cpu', 3, finished('reached', [epoch(20, 1970)])),
  of('b/js', 1, finished('missed', [epoch(1, 1958, 0.40002), epoch(1, 1900)])),
  of('c/js', 1, { state: 'unsupported', reason: 'no kernel' }),
];

describe('the table of times', () => {
  const rows = timeTable(findings);

  it('has the median over the seeds, and each of them in order', () => {
    expect(rows[0]).toEqual([
      'a/cpu',
      '5.00 s',
      '4.00 s, 5.00 s, 20.0 s',
      '2.50 s',
      '10 %',
      '0.10 s',
      '1, 2, 1',
      '98.50 %, 98.00 %, 98.50 %',
    ]);
  });

  it('shows the best accuracy instead of a time if the required one was missed', () => {
    expect(rows[1]?.slice(0, 3)).toEqual(['b/js', 'missed with 1 of 1 seeds, at best 97.90 %', '> 2.00 s']);
  });

  it('shows why there is no time', () => {
    expect(rows[2]?.slice(0, 2)).toEqual(['c/js', 'unsupported: no kernel']);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([8]));
    const outcome = { state: 'unfinished', reason: 'slow', ...trained([epoch(1, 9, 0.6)]) } as const;
    const short = of('b/js', 2, outcome);
    expect(timeTable([short])[0]?.slice(0, 3)).toEqual(['b/js', 'unfinished: slow', '']);
    const slower = of('b/js', 3, { ...outcome, reason: 'slower' });
    expect(timeTable([short, slower])[0]?.[1]).toBe('unfinished: slow; similarly for 1 more of its seeds');
    expect(agreementTable([short])).toHaveLength(1);
    const halfway = [...findings, of('b/js', 2, { state: 'failed', reason: 'it fell over' })];
    expect(timeTable(halfway)[1]?.[1]).toBe(
      'missed with 1 of 1 seeds, at best 97.90 %; failed: it fell over',
    );
  });
});

describe('the table of agreement', () => {
  it('compares the targets after the first epoch for each seed', () => {
    expect(agreementTable(findings)[0]).toEqual([
      '1',
      '2',
      '97.90 % to 98.50 %',
      '12 of 2000 digits',
      '0.40000 to 0.40002',
      '5.0e-5',
    ]);
    expect(agreementTable(findings).map(([seed]) => seed)).toEqual(['1', '2', '3']);
  });

  it('handles losses that are not finite', () => {
    const diverged = [of('a/cpu', 1, finished('missed', [epoch(1, 200, null)]))];
    expect(agreementTable(diverged)[0]?.slice(-2)).toEqual(['not finite', '']);
  });
});

it('states the task and its training', () => {
  const [task] = accuracyTasks;
  if (!task) throw new Error('no task');
  const section = accuracySection(task, findings, (head, rows) => `${head.length} × ${rows.length}`);
  expect(section).toContain('lenet5: 98.00 % of the held-out digits');
  expect(section).toContain('8 × 3');
});
