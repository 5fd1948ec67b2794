/** The rules of `measure:lowering` and `measure:fidelity`: rounds, verdicts, which cells, what is kept. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { Model } from '../../model/artefact/model.js';
import { writeTensors } from '../../model/safetensors.js';
import { chosenCells, isSmallOf } from '../../scripts/measure/paired/cells.js';
import { type Contender, interleave, roundsWithin } from '../../scripts/measure/paired/contenders.js';
import { type KeptRow, merged, page } from '../../scripts/measure/paired/kept.js';
import { cellsOf, type Row, rowsOf, unmeasured, verdict } from '../../scripts/measure/paired/rows.js';
import { tinybench } from '../../scripts/measure/paired/tinybench.js';
import { type Net, problemOf } from '../../scripts/measure/paired/verify.js';

const bar = { low: 0, high: 1.02 };
const cell = { target: 'tfjs/js', workload: 'lenet5', mode: 'inference', batch: 1 } as const;

/** Takes that long an iteration; notes the iterations of each block. */
function constant(ns: number): Contender & { blocks: number[] } {
  const blocks: number[] = [];
  const contender = async (iterations: number) => {
    blocks.push(iterations);
    return ns;
  };
  return Object.assign(contender, { blocks });
}

describe('rounds', () => {
  it('are as many as asked for, of blocks as long as asked for', async () => {
    const [first, second] = [constant(2000), constant(4000)];
    const measured = await interleave([first, second], { pairs: 20, blockNs: 1e6, budgetNs: 1e12 });
    expect(measured).toEqual({ state: 'measured', rounds: Array(20).fill([2000, 4000]) });
    // Both do the same work, and two more rounds warm up.
    expect(second.blocks).toEqual(Array(22).fill(500));
  });

  it('are fewer where iterations are long, and none below eight', () => {
    const effort = { pairs: 400, blockNs: 1e7, budgetNs: 1e9 };
    expect(roundsWithin(effort, 2, 1e6)).toBe(400);
    expect(roundsWithin(effort, 2, 1e7)).toBe(50);
    expect(roundsWithin(effort, 2, 6.25e7)).toBe(8);
    expect(roundsWithin(effort, 2, 6.26e7)).toBeUndefined();
    // Fewer are measured where fewer are asked for.
    expect(roundsWithin({ ...effort, pairs: 4 }, 2, 1e7)).toBe(4);
  });

  it('say how long an iteration is where there are none', async () => {
    const measured = await interleave([constant(5e8), constant(5e8)], {
      pairs: 400,
      blockNs: 1e7,
      budgetNs: 1e9,
    });
    expect(measured).toEqual({ state: 'slow', iterationNs: 5e8 });
  });
});

it('tinybench rotates through the buffers and reads the time of a call', async () => {
  const seen: number[] = [];
  const contender = tinybench((buffer) => {
    seen.push(buffer);
    const endMs = performance.now() + 1;
    while (performance.now() < endMs);
  }, 2);
  expect(await contender(10)).toBeGreaterThanOrEqual(1e6);
  expect(seen.length).toBeGreaterThanOrEqual(10);
  expect(seen.slice(0, 4)).toEqual([0, 1, 0, 1]);
});

describe('a row', () => {
  it('compares the first contender with each of the others', () => {
    const rounds = Array.from({ length: 12 }, (_, round) => {
      const ns = 1000 * (1 + round);
      return [1.1 * ns, ns, 2 * ns];
    });
    const contenders = ['our clock', 'bare loop', 'tinybench'];
    const rows = rowsOf(cell, { state: 'measured', contenders, rounds, form: '8 layers', note: '' }, 'wall');
    expect(rows.map(({ against, ratio }) => [against, ratio?.toFixed(6)])).toEqual([
      ['bare loop', '1.100000'],
      ['tinybench', '0.550000'],
    ]);
    expect(rows[0]).toMatchObject({ ...cell, pairs: 12, form: '8 layers', note: '' });
  });

  it('says why there is no ratio', () => {
    const [slow] = rowsOf(cell, { state: 'slow', iterationNs: 12.34e9 }, 'wall');
    expect(slow).toMatchObject({ ratio: null, note: 'too slow: an iteration takes 12.3 s' });
    const [refused] = rowsOf(cell, { state: 'refused', reason: 'there is no hand-written net' }, 'wall');
    expect(cellsOf(bar, refused!)).toContain('there is no hand-written net');
  });

  it.each([
    ['yes', 0.99, 1.019],
    ['no', 1.021, 1.03],
    ['undecided', 1.01, 1.03],
    ['undecided', null, null],
  ])('is %s for [%s, %s]', (expected, low, high) => {
    expect(verdict(bar, { ratio: 1, low, high })).toBe(expected);
  });

  it('misses a bar with two sides on either of them', () => {
    const both = { low: 0.99, high: 1.01 };
    expect(verdict(both, { ratio: 0.98, low: 0.97, high: 0.985 })).toBe('no');
    expect(verdict(both, { ratio: 0.99, low: 0.985, high: 0.995 })).toBe('undecided');
    expect(verdict(both, unmeasured(cell, 'failed'))).toBe('');
  });
});

describe('cells', () => {
  const planned = [
    { ...cell, workload: 'resnet18-small', batch: 8 },
    { ...cell, workload: 'resnet18-small' },
    { ...cell, workload: 'resnet18' },
    { ...cell, workload: 'resnet18', batch: 8 },
    { ...cell, workload: 'resnet18', mode: 'training', batch: 8 },
    { ...cell, target: 'null/node' },
  ] as unknown as PlannedCell[];

  it('are at the smallest batch of each mode, full forms first, without the null targets', () => {
    expect(chosenCells(planned, false).map(({ workload, mode, batch }) => [workload, mode, batch])).toEqual([
      ['resnet18', 'inference', 1],
      ['resnet18', 'training', 8],
      ['resnet18-small', 'inference', 1],
    ]);
  });

  it('are all that were asked for where batches were', () => {
    expect(chosenCells(planned, true)).toHaveLength(5);
  });

  it('know the small form of what was measured', () => {
    const full: Row = { ...unmeasured(cell, ''), workload: 'resnet18' };
    expect(isSmallOf({ ...cell, workload: 'resnet18-small' }, full)).toBe(true);
    expect(isSmallOf({ ...cell, workload: 'resnet18-small', mode: 'training' }, full)).toBe(false);
    expect(isSmallOf({ ...cell, workload: 'resnet18' }, full)).toBe(false);
  });
});

describe('kept rows', () => {
  const kept = (note: string, more: Partial<KeptRow> = {}): KeptRow => ({
    ...unmeasured(cell, note),
    day: '2026-11-29',
    machine: 'this one',
    command: 'npm run measure:lowering',
    ...more,
  });

  it('of a cell are those of the newest session on the machine, however many it has', () => {
    const old = [kept('old', { against: 'bare loop' }), kept('old', { against: 'tinybench' })];
    const other = [kept('other cell', { mode: 'training' }), kept('elsewhere', { machine: 'another' })];
    const notes = merged([...old, ...other], [kept('new')]).map(({ note }) => note);
    expect(notes.sort()).toEqual(['elsewhere', 'new', 'other cell']);
  });

  it('make one table for each machine, and messages do not end its cells', () => {
    const text = page('lowering', 'About it.', 'ratio', bar, [
      kept('a | b'),
      kept('c', { machine: 'another' }),
    ]);
    expect(text.match(/^## .*$/gm)).toEqual(['## this one', '## another']);
    expect(text).toContain(String.raw`a \| b`);
  });
});

describe('a net', () => {
  const values = Float32Array.of(0.25, 0.75);
  const manifest = { buffers: 2, tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 1e-3 } };
  const net = (output: Float32Array): Net => {
    const tensor = { type: 'float32' as const, shape: [1, 2], data: output };
    return { call: () => output, timed: () => output, read: () => ({ y: tensor }) };
  };

  async function judge(candidate: Net, training?: { steps: number }) {
    const folder = await mkdtemp(join(tmpdir(), 'touchstone-verify-'));
    try {
      const expected = { type: 'float32' as const, shape: [1, 2], data: values };
      const losses = { type: 'float64' as const, shape: [3], data: Float64Array.of(3, 2, 1) };
      const file = join(folder, 'expected.safetensors');
      await writeTensors(file, training ? { losses } : { 'output/0/y': expected, 'output/1/y': expected });
      const model = { manifest: { ...manifest, ...(training ? { training } : {}) } } as unknown as Model;
      return await problemOf(candidate, 'hand-written', { folder, model, maxIterationNs: 1e12 });
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('that computes what the artefact expects has no problem', async () => {
    expect(await judge(net(values))).toBeUndefined();
  });

  it('that computes something else is refused', async () => {
    expect(await judge(net(Float32Array.of(0.25, 0.76)))).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('the hand-written net is wrong: output output/0/y differs by'),
    });
    expect(await judge(net(Float32Array.of(0.25, Number.NaN)))).toMatchObject({ state: 'refused' });
  });

  it('that trains has the losses of the first steps', async () => {
    let step = 0;
    const falling = (by: number): Net => {
      step = 0;
      const call = () => 3 - by * step++;
      return { call, timed: call, read: () => ({}) };
    };
    expect(await judge(falling(1), { steps: 3 })).toBeUndefined();
    expect(await judge(falling(0.99), { steps: 3 })).toMatchObject({
      reason: expect.stringContaining('loss'),
    });
  });
});
