/** What a run is written as for others, held against its results. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { samplesCsv } from '../../../reports/exports/csv.js';
import { githubBenchmarks } from '../../../reports/exports/github-benchmark.js';
import { checkExports, writeRunExports } from '../../../reports/exports/index.js';
import { runJunit } from '../../../reports/exports/junit.js';
import { maxMarkdownLength, runMarkdown } from '../../../reports/exports/markdown.js';
import { outputName, renderTemplate } from '../../../reports/exports/template.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { fixtureRun, hostileTarget } from '../fixtures.js';

const { manifest, events } = fixtureRun({ hostile: true });
const results = analyse(manifest, events);
const samplesOf = ({ samples }: (typeof results.cells)[number]) =>
  samples.reduce((sum, { samplesNs }) => sum + samplesNs.length, 0);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-exports-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** By other implementations: Python's. */
const python = async (program: string, input: string): Promise<unknown> =>
  JSON.parse((await execa('python3', ['-c', program], { input, maxBuffer: 1e9 })).stdout);

describe('CSV', () => {
  it('has a row for each sample, which another reader finds', async () => {
    const rows = (await python(
      'import csv, json, sys; print(json.dumps(list(csv.DictReader(sys.stdin))))',
      [...samplesCsv(results)].join(''),
    )) as Record<string, string>[];
    expect(rows).toHaveLength(results.cells.reduce((sum, cell) => sum + samplesOf(cell), 0));
    const cell = results.cells.find(({ id }) => id === 'lenet5:inference:b64:float32:cpu:pytorch/cpu')!;
    const own = rows.filter((row) => row.cell === cell.id);
    expect(own.map((row) => Number(row.time_ns))).toEqual(cell.samples.flatMap(({ samplesNs }) => samplesNs));
    expect(own[0]).toMatchObject({
      ...{ run: results.id, workload: 'lenet5', mode: 'inference', batch: '64', length: '', threads: '1' },
      ...{ target: 'pytorch/cpu', device: 'cpu', state: 'ok', round: '1', block: '1', sample: '1' },
      ...{ iterations: '1', left_out: '' },
    });
    expect(new Set(rows.map((row) => row.target))).toContain(hostileTarget);
  });

  it('no spreadsheet takes a name for a formula', () => {
    const cells = results.cells.map((cell) => ({ ...cell, target: '=HYPERLINK("x")' }));
    for (const line of [...samplesCsv({ ...results, cells })].join('').split('\r\n').slice(1, 50))
      expect(line).toContain('"\'=HYPERLINK(""x"")"');
  });
});

describe('Markdown', () => {
  it('has the verdict and the ranking of each comparison, and why a cell has no result', () => {
    const text = runMarkdown(results);
    expect(text.match(/^### /gm)).toHaveLength(results.groups.length);
    expect(text).toMatch(/onnxruntime\/cpu is fastest; pytorch\/cpu takes 3\.\d+× .* as long\./);
    expect(text).toMatch(/\| 2 \| <code>pytorch\/cpu<\/code> \| 1\d\d µs \[\d+, \d+] \| 3\.\d+×/);
    expect(text).toContain('it has no kernel for the gradient');
    for (const line of text.split('\n').filter((one) => one.startsWith('|')))
      expect(line.split('|')).toHaveLength(6);
  });

  it('hostile names are text', () => {
    const text = runMarkdown(results);
    expect(text).not.toMatch(/<img|<\/script/);
    expect(text).toContain('&#60;/script&#62;');
  });

  it('of many comparisons folds the later ones, and is cut where a comment ends', () => {
    const many = manyCells(600);
    const text = runMarkdown(analyse(many.manifest, many.events));
    expect(text).toMatch(/<details><summary>\d+ more comparisons<\/summary>\n\n###/);
    const most = manyCells(3000);
    const cut = runMarkdown(analyse(most.manifest, most.events));
    expect(cut.length).toBeLessThanOrEqual(maxMarkdownLength);
    expect(cut).toMatch(/\*\*Cut here:\*\* \d+ more comparisons/);
  });
});

it('JUnit has a test for each cell, with its state', async () => {
  const counts = (await python(
    `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
cases = list(root.iter("testcase"))
print(json.dumps({"all": len(cases), "failed": sum(c.find("failure") is not None for c in cases),
  "skipped": sum(c.find("skipped") is not None for c in cases),
  "times": [float(c.get("time")) for c in cases if c.get("time")]}))`,
    runJunit(results),
  )) as { all: number; failed: number; skipped: number; times: number[] };
  const of = (...states: string[]) => results.cells.filter(({ state }) => states.includes(state)).length;
  expect(counts).toMatchObject({
    all: results.cells.length,
    failed: of('wrong', 'failed'),
    skipped: of('unsupported', 'unavailable', 'unmeasured'),
  });
  const wanted = results.cells.flatMap(({ metrics }) => (metrics ? [metrics.iterationNs.value / 1e9] : []));
  expect(counts.times.filter((time) => time > 0).length).toBeGreaterThanOrEqual(wanted.length - 1);
  expect(Math.max(...counts.times)).toBeCloseTo(Math.max(...wanted), 3);
});

it('the JSON of github-action-benchmark has a value for each cell with a result', () => {
  const found = githubBenchmarks(results);
  const ok = results.cells.filter(({ metrics }) => metrics);
  expect(found.map(({ name }) => name)).toEqual(ok.map(({ id }) => id));
  for (const [index, { value, unit, range, extra }] of found.entries()) {
    const { iterationNs } = ok[index]!.metrics!;
    expect(value).toBe(Math.round(iterationNs.value));
    expect(unit).toBe('ns/iter');
    expect(Number(range!.slice(2))).toBe(Math.round((iterationNs.high! - iterationNs.low!) / 2));
    expect(extra).toMatch(/^99 % interval from 10 rounds\nrank \d+/);
  }
});

describe('a template', () => {
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('is given comparisons with rows and helpers, and escapes names', async () => {
    const path = write(
      'mine.hbs',
      '{{results.id}}\n{{#each comparisons}}{{title}}: {{verdict}}\n{{#each rows}}{{ranks}} {{target}} {{duration cell.metrics.iterationNs}} {{ratio ratio}}\n{{/each}}{{/each}}',
    );
    const text = await renderTemplate(results, path);
    expect(text.split('\n')[0]).toBe(results.id);
    expect(text).toMatch(/^2 pytorch\/cpu 1\d\d µs \[\d+, \d+] 3\.\d+× \[/m);
    expect(text).not.toContain('<img');
    expect(text.match(/^lenet5 · inference · batch 1: /gm)).toHaveLength(1);
  });

  it('makes a file of its name into the run folder', async () => {
    expect(outputName('a/badge.svg.hbs')).toBe('badge.svg');
    expect(outputName('page.hbs')).toBe('page.html');
    const template = write('page.hbs', '{{results.id}}');
    const path = await writeRunExports(results, { template }, folder);
    expect(path).toBe(join(folder, 'page.html'));
    expect(readFileSync(path!, 'utf8')).toBe(results.id);
  });

  it('that is none, is not there or would replace a file of the run is refused', async () => {
    await expect(renderTemplate(results, write('bad.hbs', '{{#each}'))).rejects.toMatchObject({
      code: 'usage',
    });
    expect(() => checkExports({ template: join(folder, 'nothing.hbs') })).toThrow('there is no template');
    expect(() => checkExports({ template: write('report.hbs', '') })).toThrow('would replace report.html');
    expect(() => checkExports({ template: write('results.json.hbs', '') })).toThrow('would replace');
  });
});

it('writes what was asked for and nothing else, and the others where one cannot be written', async () => {
  const paths = {
    json: join(folder, 'new', 'all.json'),
    csv: join(folder, 'samples.csv'),
    githubBenchmark: join(folder, 'bench.json'),
  };
  expect(await writeRunExports(results, paths, folder)).toBeUndefined();
  expect(readdirSync(folder).sort()).toEqual(['bench.json', 'new', 'samples.csv']);
  expect(JSON.parse(readFileSync(paths.json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(results)));
  const junit = join(folder, 'junit.xml');
  await expect(
    writeRunExports(results, { markdown: join(paths.csv, 'no', 'a.md'), junit }, folder),
  ).rejects.toMatchObject({ code: 'storage' });
  expect(readFileSync(junit, 'utf8')).toContain('<testsuites');
});
