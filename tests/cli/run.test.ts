import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/run.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { refusal } from './output.js';

const options: RunOptions = { threads: [1], seed: 1, deadline: 120_000, dryRun: true };
const refused = (more: Partial<RunOptions>) => refusal(() => runCommand({ ...options, ...more }));

describe('a plan is refused', () => {
  it.each<[string, Partial<RunOptions>, RegExp]>([
    ['more threads than processors', { threads: [4096] }, /--threads 4096 is more than the \d+ processors/],
    ['an unknown workload, with the nearest', { workload: ['lenet'] }, /lenet.*did you mean lenet5\?/],
    ['an unknown suite, with the nearest', { suite: 'smok' }, /smok.*did you mean smoke\?/],
    ['an unknown target, with the nearest', { targets: ['pytorch/cpuu'] }, /did you mean pytorch\/cpu\?/],
    ['--input without --model', { input: { x: [1] } }, /--input is for a --model/],
    ['--range without --model', { range: { x: [0, 1] } }, /--range is for a --model/],
    ['--inputs without --model', { inputs: ['x.npz'] }, /--inputs is for a --model/],
    ['--batch of a model', { model: ['x.onnx'], batch: [1] }, /--batch is for workloads/],
    ['a model that does not exist', { model: ['nowhere.onnx'] }, /nowhere\.onnx/],
    [
      '--length of a workload without sequences',
      { workload: ['lenet5'], targets: ['null/*'], length: [7] },
      /--length: lenet5 has no other length/,
    ],
    ['a folder that holds something else', { out: '/' }, /\/ is not empty: it holds .+--out/],
    ['both ends of a run', { rounds: 8, precision: 0.01 }, /both say when to stop/],
  ])('for %s', async (_, more, message) => {
    expect(await refused(more)).toMatch(message);
  });

  it('for a run to resume that does not exist', async () => {
    expect(await refused({ resume: 'no-such-run' })).toContain('no-such-run');
  });
});
