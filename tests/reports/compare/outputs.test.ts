/** A comparison of three runs on two machines in every format that is a file. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { compareRuns } from '../../../reports/analyse/compare-runs.js';
import { writeComparison } from '../../../reports/compare/index.js';
import { fixtureRun, hostileTarget } from '../fixtures.js';

const { manifest, events } = fixtureRun({ hostile: true, rounds: 8 });
const first = analyse(manifest, events);
const second: RunResults = {
  ...first,
  id: '=second<b>',
  options: { ...first.options, threads: 2 },
  cells: first.cells.map((cell) => ({
    ...cell,
    samples: cell.samples.map((turn) => ({
      ...turn,
      samplesNs: turn.samplesNs.map((ns) => (cell.target === 'tfjs/js' ? 2 * ns : ns)),
    })),
  })),
};
const third: RunResults = { ...first, id: 'third', machine: { ...first.machine, cpu: 'Other CPU' } };

const folder = mkdtempSync(join(tmpdir(), 'touchstone-compare-'));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
beforeAll(() =>
  writeComparison(compareRuns([first, second, third]), {
    html: join(folder, 'html'),
    markdown: join(folder, 'new/markdown'),
    csv: join(folder, 'csv'),
    json: join(folder, 'json'),
  }),
);

describe('writeComparison', () => {
  it('writes what was asked for and nothing else', async () => {
    const other = mkdtempSync(join(tmpdir(), 'touchstone-compare-'));
    await writeComparison(compareRuns([first, second]), { csv: join(other, 'csv') });
    expect(readdirSync(other)).toEqual(['csv']);
    expect(readdirSync(folder).sort()).toEqual(['csv', 'html', 'json', 'new']);
  });

  it('JSON has every cell of every run, and ratios within one machine alone', () => {
    const { version, runs, conditions, cells } = JSON.parse(read('json'));
    expect(version).toBe(1);
    expect(runs.map((run: { against: string | null }) => run.against)).toEqual([null, 'A', null]);
    expect(conditions).toContainEqual({ what: 'threads', values: ['1', '2', '1'] });
    expect(conditions.map(({ what }: { what: string }) => what)).not.toContain('kernel');
    type Entry = { run: string; kind: string; ratio: { value: number; low: number } | null };
    const entries: Entry[] = cells.flatMap((cell: { entries: Entry[] }) => cell.entries);
    expect(entries.filter(({ run, kind }) => run === 'C' && kind === 'time').length).toBeGreaterThan(20);
    expect(entries.filter(({ run, ratio }) => run !== 'B' && ratio)).toEqual([]);
    const slower = cells.filter((cell: { target: string }) => cell.target === 'tfjs/js');
    expect(slower).toHaveLength(5);
    for (const { entries: own } of slower) expect(own[1].ratio.value).toBeCloseTo(2, 6);
  });

  it('CSV has a row for each cell and run, of which no value is a formula', () => {
    const [head = '', ...rows] = read('csv').trimEnd().split('\r\n');
    expect(head).toContain('"cell","workload","mode","batch","target","run"');
    const { cells } = JSON.parse(read('json'));
    expect(rows).toHaveLength(3 * cells.length);
    expect(rows.filter((row) => row.includes('"\'=second<b>"')).length).toBe(cells.length);
    expect(rows.join('\n')).not.toMatch(/(^|,)"?[=+@]/m);
  });

  it('Markdown lists what differs, once, and lets no name act', () => {
    const text = read('new/markdown');
    expect(text).toMatch(/B against A, 25 cells: 5 slower/);
    expect(text).toContain('their times stand side by side, without a ratio');
    expect(text).toContain('| cell | A | B | B ÷ A | C |');
    expect(text).toContain('threads: A 1, B 2, C 1');
    expect(text).not.toMatch(/<img|<b>/);
  });

  it('the page has the matrix of ratios, needs no script and lets no name act', () => {
    const html = read('html');
    expect(html).not.toMatch(/<script|<img|<b>second/);
    expect(html).toContain(
      hostileTarget.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    );
    expect(html.match(/<table class="heat">/g)).toHaveLength(1);
    expect(html.match(/▲ 2\.0×/g)).toHaveLength(5);
    expect(html).toContain('Time in B ÷ time in A');
    expect(html).not.toContain('C ÷');
  });
});
