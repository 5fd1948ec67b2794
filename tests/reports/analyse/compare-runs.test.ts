import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { type ComparedCell, compareRuns } from '../../../reports/analyse/compare-runs.js';
import { renderComparison } from '../../../reports/terminal/comparison.js';
import { type FixtureOptions, fixtureRun } from '../fixtures.js';
import { contentOfModel, withContent } from '../history/runs.js';

const run = (options?: FixtureOptions): RunResults => {
  const { manifest, events } = fixtureRun(options);
  return analyse(manifest, events);
};
/** The same run with one target made slower by a factor. */
const slowed = (results: RunResults, target: string, factor: number): RunResults => ({
  ...results,
  cells: results.cells.map((cell) => ({
    ...cell,
    samples: cell.samples.map((turn) => ({
      ...turn,
      samplesNs: turn.samplesNs.map((ns) => (cell.target === target ? ns * factor : ns)),
    })),
  })),
});
const before = run();
const after = run({ seed: 2 });
const elsewhere: RunResults = { ...after, machine: { ...after.machine, cores: 16 } };
const compared = (...runs: RunResults[]) => compareRuns(runs);
/** What the terminal shows, without colours and breaks of lines. */
const shown = (...runs: RunResults[]) => renderComparison(compareRuns(runs)).replaceAll(/\s+/g, ' ');

function ratioOf({ entries }: ComparedCell, place = 1) {
  const entry = entries[place];
  return entry?.kind === 'time' ? entry.ratio : null;
}
const ratiosOf = (...runs: RunResults[]) =>
  compared(...runs).cells.flatMap((cell) => {
    const ratio = ratioOf(cell);
    return ratio ? [{ id: cell.cell.id, target: cell.cell.target, ratio }] : [];
  });

describe('compareRuns', () => {
  it('finds a slowdown that is there and none where there is none', () => {
    const cells = ratiosOf(before, slowed(after, 'pytorch/cpu', 1.5));
    expect(cells).toHaveLength(20);
    for (const { id, target, ratio } of cells) {
      expect([ratio.level, ratio.rounds]).toEqual([0.99, 10]);
      const truth = target === 'pytorch/cpu' ? 1.5 : 1;
      expect([id, ratio.low! <= truth && truth <= ratio.high!]).toEqual([id, true]);
      expect(ratio.low! > 1).toBe(truth > 1);
    }
  });

  it('swapping the runs turns the ratios around', () => {
    const there = ratiosOf(before, after);
    const back = ratiosOf(after, before);
    there.forEach(({ ratio }, index) => {
      expect(ratio.value * back[index]!.ratio.value).toBeCloseTo(1, 9);
      expect(ratio.low! * back[index]!.ratio.high!).toBeCloseTo(1, 9);
    });
  });

  it('few rounds give no interval', () => {
    const cells = ratiosOf(run({ rounds: 2 }), run({ rounds: 2, seed: 2 }));
    expect(cells.length).toBeGreaterThan(0);
    expect(cells.every(({ ratio }) => ratio.low === null && ratio.level === null)).toBe(true);
  });

  it('of three runs, each is compared with the first run of its machine, and no ratio has two machines in it', () => {
    const { runs, cells } = compared(before, elsewhere, slowed(after, 'tfjs/js', 3));
    expect(runs.map(({ letter, against }) => [letter, against])).toEqual([
      ['A', null],
      ['B', null],
      ['C', 0],
    ]);
    const cell = cells.find((one) => one.cell.id === 'lenet5:inference:b1:float32:cpu:tfjs/js')!;
    expect(cell.entries.map(({ kind }) => kind)).toEqual(['time', 'time', 'time']);
    expect(ratioOf(cell, 1)).toBeNull();
    const { low, high } = ratioOf(cell, 2)!;
    expect([low! < 3, high! > 3]).toEqual([true, true]);
    const later = compared(before, elsewhere, { ...elsewhere, id: 'later' });
    expect(later.runs.map(({ against }) => against)).toEqual([null, null, 1]);
    expect(later.cells.flatMap((one) => ratioOf(one, 2)?.value ?? []).every((value) => value === 1)).toBe(
      true,
    );
  });

  it('has a cell of which some run has no result once, with why', () => {
    const { cells } = compared(before, run({ hostile: true, rounds: 1 }));
    const cell = cells.find((one) => one.cell.id === 'lenet5:inference:b1:float32:cpu:slowpoke/js')!;
    expect(cell.entries[0]).toMatchObject({ kind: 'none', state: 'wrong' });
    expect(cell.entries[1]).toMatchObject({ kind: 'time', ratio: null });
    const hostile = cells.filter((one) => one.entries[0]?.kind === 'none' && one.entries[1]?.kind === 'time');
    expect(
      hostile.some((one) => one.entries[0]?.kind === 'none' && one.entries[0].state === 'not planned'),
    ).toBe(true);
  });
});

describe('renderComparison', () => {
  it('does not compare another computation of the same name, and names a former name', () => {
    const content = contentOfModel('aaaa', '1x3x32x32');
    const earlier = withContent(before, content);
    const other = compared(earlier, withContent(after, contentOfModel('bbbb', '1x3x32x32')));
    const withRatio = other.cells.filter((cell) => ratioOf(cell) !== null);
    expect(withRatio.map(({ cell }) => cell.workload)).not.toContain('lenet5');
    expect(withRatio.length).toBeGreaterThan(0);
    expect(renderComparison(other).replaceAll(/\s+/g, ' ')).toContain(
      'another computation: – lenet5:inference:b1:float32:cpu: the model differs (aaaa → bbbb)',
    );
    const renamed = [earlier, withContent(after, content, 'net')] as const;
    expect(ratiosOf(...renamed)).toHaveLength(20);
    expect(shown(...renamed)).toContain('net:inference:b1:float32:cpu was called lenet5');
  });

  it('says what differs before any number, and only that', () => {
    const other = { ...after, options: { ...after.options, threads: 4 } };
    const text = shown(before, slowed(other, 'tfjs/js', 2));
    const differences = text.indexOf('not made under the same conditions');
    expect(differences).toBeGreaterThan(0);
    expect(differences).toBeLessThan(text.indexOf('B against A'));
    expect(text).toContain('threads: 1 → 4');
    expect(text).not.toContain('kernel:');
    expect(text).toContain('Runs on different days compare machines as much as frameworks.');
  });

  it('of different machines the times stand side by side, without a ratio', () => {
    const text = shown(before, elsewhere);
    expect(text).toContain('A and B are of 2 machines: their times stand side by side, without a ratio.');
    expect(text).toContain('cores: 2 → 16');
    expect(text).not.toContain('×');
    expect(text).not.toMatch(/slower|faster/);
    expect(text.match(/lenet5 · inference · batch 1 /g)).toHaveLength(5);
  });

  it('lists the cells that differ, and the others in a line for each comparison', () => {
    const text = shown(before, slowed(after, 'tfjs/js', 2));
    expect(text).not.toContain('same conditions');
    expect(text).toMatch(/B against A, 20 cells: 5 slower \([\d.]+× to [\d.]+×\), none faster/);
    // Once in the sentence, and once for each cell.
    expect(text.match(/slower/g)).toHaveLength(6);
    expect(text).toMatch(/– lenet5 · inference · batch 1: onnxruntime\/cpu, pytorch\/cpu, [^(]*\(within /);
    expect(text).not.toMatch(/lenet5 · inference · batch 1: [^(]*tfjs\/js/);
  });

  it('has one line for all cells that a run has no result of', () => {
    const text = shown(before, run({ hostile: true, rounds: 1 }));
    expect(text.match(/without a result in A/g)).toHaveLength(1);
    expect(text).toMatch(/cells without a result in A: .*slowpoke\/js \([^)]*1 wrong/);
  });

  it('a run compared with itself has no cell that differs', () => {
    const text = shown(before, before);
    expect(text).toContain('B against A, 20 cells: none slower, none faster');
    expect(text).not.toContain('B ÷ A');
  });

  it('of many runs the columns are in several tables', () => {
    const runs = [1, 2, 3, 4].map((factor) => slowed(after, 'tfjs/js', factor));
    const text = shown(...runs);
    for (const letter of ['B', 'C', 'D']) expect(text).toContain(`${letter}, ${letter} ÷ A`);
    expect(text).toContain('D against A');
  });

  it('fits into 100 columns', () => {
    const hostile = run({ hostile: true });
    const other = slowed(hostile, 'pytorch/cpu', 0.001);
    for (const runs of [
      [hostile, other],
      [hostile, other, slowed(other, 'tfjs/js', 1e6), { ...elsewhere, id: 'x'.repeat(200) }],
    ]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
      const text = renderComparison(compareRuns(runs)).replaceAll(/\u001b\[\d+m/g, '');
      for (const line of text.split('\n')) expect([...line.trimEnd()].length).toBeLessThanOrEqual(100);
    }
  });

  it('runs without a common cell say so', () => {
    const { manifest } = fixtureRun();
    expect(shown(before, analyse(manifest, []))).toContain('No cell has a result in both runs.');
  });
});
