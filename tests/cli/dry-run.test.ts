import { describe, expect, it } from 'vitest';
import { renderExpectation, renderPlan, renderResume } from '../../cli/dry-run.js';
import type { PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';

const cell = {
  id: 'lenet5:inference:b1:float32:cpu:pytorch/cpu',
  workload: 'lenet5',
  mode: 'inference',
  batch: 1,
  target: 'pytorch/cpu',
  decided: null,
} as PlannedCell;
const unsupported = {
  ...cell,
  target: 'kerasjs/js',
  mode: 'training',
  decided: { state: 'unsupported', reason: 'Keras.js has no training, by design' },
} as PlannedCell;

it('lists every cell, and why it will not run', () => {
  const text = renderPlan([cell, unsupported]);
  expect(text).toMatch(/lenet5 .*inference .*1 .*pytorch\/cpu .*will run/);
  expect(text).toMatch(/kerasjs\/js .*unsupported: Keras\.js has no training/);
  expect(text.split('\n').at(-1)).toBe('2 cells planned, 1 will run');
  expect(text).not.toContain('threads');
});

it('has columns for lengths and threads only if a cell has them', () => {
  const text = renderPlan([{ ...cell, threads: 2, length: 64 }, cell]);
  expect(text).toMatch(/length .*threads/);
  expect(text).toMatch(/64 .*2 .*pytorch\/cpu/);
});

describe('what is to be expected', () => {
  const known = { cells: 4, known: 4, budgetMs: 150_000, asked: null };

  it('is rounds and time, and whether ranks come of it', () => {
    expect(renderExpectation({ ...known, fits: { rounds: 8, roundMs: 12_400, neededMs: 30_000 } })).toBe(
      'Expect 8 rounds or more of what is not decided in at most 2.5 min, enough for ranks: a round takes about 12 s',
    );
    const asked = { ...known, asked: 2, fits: { rounds: 2, roundMs: 1240, neededMs: 20_000 } };
    expect(renderExpectation(asked)).toBe(
      'Expect 2 rounds in at most 2.5 min, too few for ranks, which need 3: a round takes about 1.2 s',
    );
  });

  it('where the time holds fewer rounds, is how much would hold them', () => {
    const short = { budgetMs: 20_000, fits: { rounds: 3, roundMs: 6600, neededMs: 52_000 } };
    expect(renderExpectation({ ...known, ...short, asked: 8 })).toBe(
      'Expect 3 rounds in 20 s, and 8 are asked: a round takes about 6.6 s; give --time 55s',
    );
    expect(renderExpectation({ ...known, ...short })).toMatch(/^Expect 1 round in 20 s, and ranks need 3: /);
  });

  it('is not known where cells have never been checked', () => {
    expect(renderExpectation({ ...known, known: 3 })).toBe(
      'Rounds in at most 2.5 min, after the parity check; how many the time holds is known once 1 cell has been checked',
    );
    expect(renderExpectation({ ...known, cells: 0, known: 0 })).toBe('nothing to measure');
  });
});

it('of a run that goes on says what is done and for how long it would be measured', () => {
  const manifest = { cells: [cell], options: { budgetMs: 60_000 } } as unknown as RunManifest;
  const events = [
    { type: 'round', round: 0 },
    { type: 'round', round: 1 },
    { type: 'ended', ending: 'interrupted' },
  ] as unknown as RunEvent[];
  const last = (leftMs: number) => renderResume(manifest, events, leftMs, '/runs/a').split('\n').at(-1);
  expect(last(30_000)).toBe(
    '/runs/a: 2 finished rounds, it ended by: interrupted; --resume would measure for 30 s of 60 s',
  );
  expect(last(-5)).toMatch(/its time is used up: --resume measures on with a --time$/);
});
