import { expect, it } from 'vitest';
import { renderPlan } from '../../cli/dry-run.js';
import type { PlannedCell } from '../../common/run/run-folder.js';

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
