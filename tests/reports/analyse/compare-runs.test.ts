import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { compareRuns } from '../../../reports/analyse/compare-runs.js';
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

describe('compareRuns', () => {
  it('finds a slowdown that is there and none where there is none', () => {
    const { cells } = compareRuns(before, slowed(after, 'pytorch/cpu', 1.5));
    expect(cells).toHaveLength(20);
    for (const { cell, ratio } of cells) {
      expect([ratio.level, ratio.rounds]).toEqual([0.99, 10]);
      const truth = cell.target === 'pytorch/cpu' ? 1.5 : 1;
      expect([cell.id, ratio.low! <= truth && truth <= ratio.high!]).toEqual([cell.id, true]);
      expect(ratio.low! > 1).toBe(truth > 1);
    }
  });

  it('swapping the runs turns the ratios around', () => {
    const there = compareRuns(before, after).cells;
    const back = compareRuns(after, before).cells;
    there.forEach(({ ratio }, index) => {
      expect(ratio.value * back[index]!.ratio.value).toBeCloseTo(1, 9);
      expect(ratio.low! * back[index]!.ratio.high!).toBeCloseTo(1, 9);
    });
  });

  it('few rounds give no interval', () => {
    const { cells } = compareRuns(run({ rounds: 2 }), run({ rounds: 2, seed: 2 }));
    expect(cells.every(({ ratio }) => ratio.low === null && ratio.level === null)).toBe(true);
  });

  it('names cells with a result in one run only', () => {
    const { unmatched } = compareRuns(before, run({ hostile: true, rounds: 1 }));
    expect(unmatched).toHaveLength(7);
    expect(unmatched.join()).toMatch(/slowpoke\/js: wrong → ok/);
  });
});

describe('renderComparison', () => {
  it('does not compare another computation of the same name, and names a former name', () => {
    const content = contentOfModel('aaaa', '1x3x32x32');
    const earlier = withContent(before, content);
    const other = compareRuns(earlier, withContent(after, contentOfModel('bbbb', '1x3x32x32')));
    expect(other.cells.map(({ cell }) => cell.workload)).not.toContain('lenet5');
    expect(other.cells.length).toBeGreaterThan(0);
    expect(renderComparison(other).replaceAll(/\s+/g, ' ')).toContain(
      'another computation: – lenet5:inference:b1:float32:cpu: the model differs (aaaa → bbbb)',
    );
    const renamed = compareRuns(earlier, withContent(after, content, 'net'));
    expect(renamed.cells).toHaveLength(20);
    expect(renderComparison(renamed)).toContain('net:inference:b1:float32:cpu was called lenet5');
  });

  it('says what differs before any number', () => {
    const other = {
      ...after,
      machine: { ...after.machine, cores: 16 },
      options: { ...after.options, threads: 4 },
    };
    const text = renderComparison(compareRuns(before, other));
    const differences = text.indexOf('not made under the same conditions');
    expect(differences).toBeGreaterThan(0);
    expect(differences).toBeLessThan(text.indexOf('after ÷ before'));
    expect(text).toContain('cores: 2 → 16');
    expect(text).toContain('threads: 1 → 4');
    expect(text).toContain('Runs on different days compare machines as much as frameworks.');
  });

  it('on one machine there is no such warning, and a change is marked', () => {
    const text = renderComparison(compareRuns(before, slowed(after, 'tfjs/js', 2)));
    expect(text).not.toContain('same conditions');
    expect(text.match(/slower/g)).toHaveLength(5);
  });

  it('fits into 100 columns', () => {
    const hostile = run({ hostile: true });
    const text = renderComparison(compareRuns(hostile, slowed(hostile, 'pytorch/cpu', 0.001)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
    for (const line of text.replaceAll(/\u001b\[\d+m/g, '').split('\n')) {
      expect([...line].length).toBeLessThanOrEqual(100);
    }
  });

  it('runs without a common cell say so', () => {
    const { manifest } = fixtureRun();
    expect(renderComparison(compareRuns(before, analyse(manifest, [])))).toContain(
      'No cell has a result in both runs.',
    );
  });
});
