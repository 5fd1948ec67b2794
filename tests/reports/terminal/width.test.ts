import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../cli/dry-run.js';
import { collect, render } from '../../../cli/list.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { compareRuns } from '../../../reports/analyse/compare-runs.js';
import { renderComparison } from '../../../reports/terminal/comparison.js';
import { grid } from '../../../reports/terminal/grid.js';
import { renderTerminal } from '../../../reports/terminal/index.js';
import { terminalColumns } from '../../../reports/terminal/width.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { type FixtureOptions, fixtureRun, swiftShader } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const widths = [80, 100, 200];

function linesOf(text: string): string[] {
  return stripVTControlCharacters(text).split('\n');
}

function longest(text: string): number {
  return Math.max(...linesOf(text).map((line) => [...line.trimEnd()].length));
}

it.each([
  [{ isTTY: true, columns: 60 }, 80],
  [{ isTTY: true, columns: 133 }, 133],
  [{ isTTY: true, columns: 400 }, 200],
  [{ isTTY: true, columns: 0 }, 100],
  [{ columns: 60 }, 100],
])('%j is taken for a width of %i', (stream, columns) => {
  expect(terminalColumns(stream)).toBe(columns);
});

const fixtures: FixtureOptions[] = [
  {},
  { hostile: true },
  { devices: { 'tfjs/wasm': swiftShader } },
  { rounds: 2, plannedRounds: 8, ending: 'interrupted' },
];

describe.each(widths)('in %i columns', (columns) => {
  it.each(fixtures)('the results of %j fit', (options) => {
    const { manifest, events } = fixtureRun(options);
    expect(longest(renderTerminal(analyse(manifest, events), 'run', columns))).toBeLessThanOrEqual(columns);
  });

  it('a sweep has as many places as fit, the last one always', () => {
    const { manifest, events } = manyCells(120);
    expect(longest(renderTerminal(analyse(manifest, events), 'run', columns))).toBeLessThanOrEqual(columns);
    const sweep = threadSweep();
    const text = renderTerminal(analyse(sweep.manifest, sweep.events), 'run', columns);
    expect(longest(text)).toBeLessThanOrEqual(columns);
    expect(linesOf(text).filter((line) => /^\s+target +1 +2 *$/.test(line))).toHaveLength(1);
  });

  it.each([2, 3, 7])('a comparison of %i runs fits', (count) => {
    const runs = Array.from({ length: count }, (_, index) => {
      const { manifest, events } = fixtureRun({ hostile: index === 0 });
      return { ...analyse(manifest, events), id: `run-${index}` };
    });
    expect(longest(renderComparison(compareRuns(runs), columns))).toBeLessThanOrEqual(columns);
  });

  it('what there is, and what is planned, is whole', async () => {
    const listing = await collect();
    const text = render(listing, columns);
    expect(longest(text)).toBeLessThanOrEqual(columns);
    expect(text).not.toContain('…');
    const plan = renderPlan(fixtureRun().manifest.cells, columns);
    expect(longest(plan)).toBeLessThanOrEqual(columns);
    expect(plan).not.toContain('…');
  });
});

it('a table keeps every letter of a text that is wider than its line', () => {
  const reason = 'x'.repeat(150);
  const text = grid(['target', 'threads'], [[reason, '1 thread']], 80);
  expect(longest(text)).toBeLessThanOrEqual(80);
  expect(text.match(/x/g)).toHaveLength(150);
  expect(text).toContain('1 thread');
});

it('names the command that would decide what is not told apart, with a time that the run suggests', () => {
  const { manifest, events } = fixtureRun({ rounds: 2 });
  const results = { ...analyse(manifest, events), wallMs: { measuring: 60_000 } };
  const text = renderTerminal(results, 'a run');
  expect(text).toMatch(/npm run bench -- --resume 'a run' --time \d+s/);
});
