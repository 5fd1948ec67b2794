/** The report of a run with many cells, as files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { pairedRatio } from '../../../reports/analyse/estimates.js';
import { isOk } from '../../../reports/analyse/groups.js';
import { reportFiles, splitFrom, writeReport } from '../../../reports/html/index.js';
import { meanOf, type Overview, overviewView } from '../../../reports/html/page/overview.js';
import {
  firstOverviewChoice,
  overviewChoiceOf,
  overviewHashOf,
  pageFor,
} from '../../../reports/html/page/overview-choice.js';
import { unpacked } from '../../../reports/html/page/pack.js';
import type { ResultTable } from '../../../reports/html/page/table.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { fixtureRun } from '../fixtures.js';

const resultsOf = (count: number): RunResults => {
  const { manifest, events } = manyCells(count);
  return analyse(manifest, events);
};
const dataOf = (html: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!);
const tableIn = (html: string): ResultTable => {
  const data = /<script type="application\/octet-stream" id="data">(.*?)<\/script>/s.exec(html)![1]!;
  return unpacked(JSON.parse(inflateRawSync(Buffer.from(data, 'base64')).toString()).table);
};
async function filesOf(results: RunResults): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { path, text } of reportFiles(results)) files.set(path, text);
  return files;
}

const results = resultsOf(splitFrom);
let files: ReadonlyMap<string, string>;
let overview: Overview;
beforeAll(async () => {
  files = await filesOf(results);
  overview = dataOf(files.get('report.html')!);
});

describe('a report of many cells', () => {
  it('is an index, which comes last, and a page for each workload; one cell less is one file', async () => {
    const workloads = [...new Set(results.cells.map(({ workload }) => workload))];
    expect([...files.keys()]).toEqual([
      ...['report/theme.css', 'report/vega.js', 'report/report.js'],
      ...workloads.map((workload) => `report/${workload}.html`),
      'report.html',
    ]);
    expect([...(await filesOf(resultsOf(splitFrom - 1))).keys()]).toEqual(['report.html']);
  });

  it('has each cell on one page, with the same targets on all of them', () => {
    const tables = [...files]
      .filter(([path]) => /^report\/.*html$/.test(path))
      .map(([, html]) => tableIn(html));
    expect(tables.reduce((sum, { cells }) => sum + cells.state.length, 0)).toBe(results.cells.length);
    for (const { targets } of tables) expect(targets).toEqual(tables[0]!.targets);
  });

  it('has libraries and styles once, and links that lead to what is there', () => {
    for (const [path, html] of files) {
      if (!path.endsWith('.html')) continue;
      expect(html).not.toContain('vegaImport');
      const markup = html.replaceAll(/<script>[\s\S]*?<\/script>/g, '');
      const links = [...markup.matchAll(/(?:href|src)="(?!#|data:)([^"#]+)/g)].map(([, link]) => link!);
      for (const link of links) {
        const target = path.startsWith('report/') ? join('report', link) : link;
        expect([...files.keys(), 'results.json'], `${path}: ${link}`).toContain(target);
      }
    }
  });

  it('says on the index how often which target is fastest, and what holds for the whole run', () => {
    const html = files.get('report.html')!;
    expect(html).toMatch(
      /<b>inference<\/b>: fake-0\/cpu is fastest in \d+ of 12 comparisons, fake-\d\/cpu in \d/,
    );
    for (const section of ['validity', 'configuration', 'machine', 'method', 'reproduce'])
      expect(html).toContain(`id="${section}"`);
    const page = files.get('report/network-0.html')!;
    expect(page).not.toContain('id="method"');
    expect(page).toContain('id="states"');
  });
});

describe('the index', () => {
  const ok = results.cells.filter(isOk);
  const meanIn = (workload: string, target: string, baseline: string): [number, number] => {
    const logs = ok
      .filter((cell) => cell.workload === workload && cell.target === target)
      .flatMap((cell) => {
        const other = ok.find(
          (one) =>
            one.target === baseline &&
            `${one.workload} ${one.mode} ${one.batch}` === `${cell.workload} ${cell.mode} ${cell.batch}`,
        );
        return other ? [Math.log(pairedRatio(cell.samples, other.samples).ratio.value)] : [];
      });
    return [logs.reduce((sum, log) => sum + log, 0) / logs.length, logs.length];
  };
  const placeOf = (name: string) => overview.targets.findIndex((target) => target.name === name);

  it('has the geometric mean of the ratios of each pair, in both directions', () => {
    for (const [own, other] of [
      ['fake-3/cpu', 'fake-9/cpu'],
      ['fake-9/cpu', 'fake-3/cpu'],
    ] as const) {
      const [log, count] = meanOf(overview.rows[0]!, placeOf(own), placeOf(other))!;
      const [wanted, comparisons] = meanIn('network-0', own, other);
      expect(log).toBeCloseTo(wanted, 3);
      expect(count).toBe(comparisons);
    }
    expect(meanOf(overview.rows[0]!, 3, 3)![0]).toBe(0);
  });

  it('marks what is not in every comparison, and counts what is shown', () => {
    const view = overviewView(overview, firstOverviewChoice);
    expect(view.status).toBe('300 of 300 cells shown: 15 of 15 targets with a result, 3 of 3 rows');
    const partial = view.rows.flatMap(({ cells }) => cells).filter(({ text }) => text.endsWith('°'));
    expect(partial.length).toBeGreaterThan(0);
    for (const { label } of partial) expect(label).toMatch(/over [0-7] of [48] comparisons$/);
    const less = overviewView(overview, {
      ...firstOverviewChoice,
      find: 'network-1',
      hiddenTargets: new Set([0]),
    });
    expect(less.rows.map(({ title }) => title)).toEqual(['network-1']);
    expect(less.columns).toHaveLength(14);
    expect(less.status).toMatch(/^112 of 300 cells shown: 14 of 15 targets with a result, 1 of 3 rows$/);
  });

  it('sorts rows by a target, against any baseline', () => {
    const values = overviewView(overview, { ...firstOverviewChoice, baseline: 2, sort: 7 }).rows.map(
      ({ cells }) => Number.parseFloat(cells[7]!.text),
    );
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('keeps what is chosen in its link', () => {
    const choice = {
      ...{ baseline: 1, sort: 2, descending: true, hiddenTargets: new Set([3]) },
      ...{ find: 'a b', theme: 'dark' as const },
    };
    const hash = overviewHashOf(overview, choice);
    expect(hash).toBe('#?baseline=fake-1-cpu&sort=-fake-2-cpu&hide=fake-3-cpu&find=a%20b&theme=dark');
    expect(overviewChoiceOf(overview, hash)).toEqual(choice);
    expect(overviewHashOf(overview, firstOverviewChoice)).toBe('');
    expect(overviewChoiceOf(overview, '#?baseline=nobody&theme=plaid')).toEqual(firstOverviewChoice);
  });

  it('leads a link to a cell to the page that has it', () => {
    expect(pageFor(overview, '#network-1/inference/8/fake-3-cpu?baseline=fake-0-cpu')).toBe(
      'report/network-1.html#network-1/inference/8/fake-3-cpu?baseline=fake-0-cpu',
    );
    for (const hash of ['', '#', '#?baseline=fake-0-cpu', '#nothing/inference'])
      expect(pageFor(overview, hash)).toBeUndefined();
  });
});

it('more workloads than an index has rows share pages, and every cell is found', async () => {
  const { manifest, events } = fixtureRun({ rounds: 2 });
  const one = analyse(manifest, events);
  const each = <Item extends { workload: string }>(items: readonly Item[]) =>
    Array.from({ length: 70 }, (_, copy) =>
      items.map((item) => ({ ...item, workload: `${item.workload}-${copy}` })),
    ).flat();
  const many = { ...one, cells: each(one.cells), groups: each(one.groups) };
  const found = await filesOf(many);
  const index: Overview = dataOf(found.get('report.html')!);
  expect(index.rows.length).toBeLessThanOrEqual(120);
  expect(index.rows.flatMap(({ parts }) => parts)).toHaveLength(140);
  for (const { page, parts } of index.rows) {
    const slugs = tableIn(found.get(page)!).groups.map(({ slug }) => slug.split('/')[0]);
    expect([...new Set(slugs)]).toEqual(parts);
  }
});

describe('writeReport', () => {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-split-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes all files, and leaves no page of what is no longer there', async () => {
    expect(await writeReport(folder, results)).toBe(join(folder, 'report.html'));
    const pages = [...files.keys()].filter((path) => path.startsWith('report/')).map((path) => path.slice(7));
    expect(readdirSync(join(folder, 'report')).sort()).toEqual(pages.sort());
    writeFileSync(join(folder, 'report', 'old.html'), '');
    await writeReport(folder, results);
    expect(readdirSync(join(folder, 'report'))).not.toContain('old.html');
    expect(dataOf(readFileSync(join(folder, 'report.html'), 'utf8'))).toEqual(overview);
    await writeReport(folder, resultsOf(30));
    expect(readdirSync(folder)).toEqual(['report.html']);
  });
});
