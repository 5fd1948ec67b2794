/** What a site of five runs on two machines says, page by page. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runResults } from '../../../common/run/results.js';
import { writeSite } from '../../../reports/site/index.js';
import { slugsOf } from '../../../reports/site/slugs.js';
import { temporaryRuns, writeRunFolder } from '../run-folders.js';
import { filesOf, retractionReason, siteRuns, temporarySite } from './site-runs.js';

let runs: string[] = [];
let files = new Map<string, string>();
const site = temporarySite();
beforeAll(async () => {
  runs = await siteRuns();
  await writeSite(site, runs, 'https://example.org/benchmarks');
  files = filesOf(site);
});
const page = (path: string) =>
  files.get(path) ?? expect.fail(`there is no ${path}: ${[...files.keys()].join(' ')}`);
const machinePages = () => [...files.keys()].filter((path) => path.startsWith('machines/'));
/** Without tags and breaks of lines. */
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const pages = () => [...files].filter(([path]) => path.endsWith('index.html'));

describe('the site', () => {
  it('has a page for each machine, workload and pair of frameworks', () => {
    expect(machinePages()).toHaveLength(2);
    for (const path of [
      'index.html',
      'workloads/lenet5/index.html',
      'workloads/lstm-rows/index.html',
      'onnxruntime-vs-pytorch/index.html',
      'convnetjs-vs-tfjs/index.html',
      'over-time/index.html',
      'over-time/lenet5/index.html',
      'reliability/index.html',
      'feed.xml',
      'style.css',
      'conformance.txt',
      'findings.txt',
    ]) {
      expect(files.has(path), path).toBe(true);
    }
    // It has no result anywhere.
    expect([...files.keys()].filter((path) => path.includes('jax'))).toEqual([]);
  });

  it('every page has a title, a description and a canonical link, and no script', () => {
    const titles = pages().map(([, html]) => /<title>([^<]+)<\/title>/.exec(html)?.[1]);
    expect(new Set(titles).size).toBe(titles.length);
    for (const [path, html] of pages()) {
      expect(html, path).toMatch(/<meta name="description" content="[^"]{20,}">/);
      expect(html, path).toContain('<link rel="canonical" href="./">');
      expect(html, path).not.toMatch(/<script|<img|javascript:/);
    }
  });

  it('every relative link leads to a file of the site', () => {
    let count = 0;
    for (const [path, html] of pages()) {
      for (const [, link = ''] of html.matchAll(/(?:href|src)="([^"#]+)[^"]*"/g)) {
        if (link.startsWith('data:') || link === './') continue;
        expect(files.has(normalize(join(dirname(path), link))), `${link} of ${path}`).toBe(true);
        count++;
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  it('hostile names stay names, in their place', () => {
    const runFolders = [...files.keys()].filter((path) => path.endsWith('report.html'));
    expect(runFolders).toHaveLength(5);
    expect(runFolders).toContain('runs/img-src-x-onerror-alert-1/report.html');
    expect(existsSync(join(site, '..', 'index.html'))).toBe(false);
    expect(page('index.html')).toContain('../../&lt;img');
    expect(page('index.html')).not.toContain('<img');
  });
});

describe('the first page', () => {
  it('lists machines, frameworks and dates', () => {
    const text = textOf(page('index.html'));
    expect(text).toContain('on 2 machines, from 2026-11-01 to 2026-11-05, 1 of them retracted.');
    expect(text).toContain('Example CPU @ 2.60GHz');
    expect(text).toContain('Other CPU');
    expect(text).toMatch(/pytorch pytorch\/cpu pytorch 1\.2\.3 4 2026-11-05 12:00/);
  });

  it('shows a retracted run as retracted, and its report says so first', () => {
    expect(textOf(page('index.html'))).toContain(`retracted on 2026-11-06: ${retractionReason}`);
    const report = page('runs/spoilt/report.html');
    expect(report.indexOf('This run is retracted')).toBeGreaterThan(0);
    expect(report.indexOf('This run is retracted')).toBeLessThan(report.indexOf('<h1'));
    expect(page('runs/first/report.html')).not.toContain('This run is retracted');
  });
});

describe('numbers', () => {
  it('of a workload stand side by side for two machines, each in its own column and ratio', () => {
    const html = page('workloads/lenet5/index.html');
    const text = textOf(html);
    expect(text).toContain('Machines side by side');
    expect(text).toMatch(/Target Example CPU @ 2\.60GHz, 2 cores, 7 GiB, linux x64 Other CPU, 16 cores/);
    expect(html.match(/<svg/g)).toHaveLength(6);
    // The newest run of the first machine is the hostile one.
    expect(html).toContain('img-src-x-onerror-alert-1/report.html#lenet5/inference/1"');
    expect(html).toContain('elsewhere/report.html#lenet5/inference/1"');
  });

  it('of a pair are ratios within one run of one machine', () => {
    const text = textOf(page('onnxruntime-vs-pytorch/index.html'));
    expect(
      text.match(/By the fastest target of each of 3 comparisons: onnxruntime is faster in 3/g),
    ).toHaveLength(2);
    const found = [...text.matchAll(/onnxruntime\/cpu pytorch\/cpu [^:]+ : [^×]+ (\d+\.\d+)×/g)];
    expect(found).toHaveLength(6);
    const truths = [62 / 190, 1450 / 1900, 480 / 950];
    for (const [index, [, ratio]] of found.entries()) {
      expect(Math.abs(Number(ratio) / truths[index % 3]! - 1)).toBeLessThan(0.1);
    }
  });

  it('never come from a retracted run', () => {
    for (const [path, html] of pages()) {
      if (path === 'index.html' || path.startsWith('machines/')) continue;
      expect(html, path).not.toContain('runs/spoilt/');
    }
    const overTime = textOf(page('over-time/lenet5/index.html'));
    expect(overTime).toContain(`retracted on 2026-11-06: ${retractionReason}`);
    expect(overTime).toContain('Too few runs to look for a change: 3 runs with a result');
  });

  it('of reliability are shares by target and version', () => {
    const text = textOf(page('reliability/index.html'));
    // Three runs of five cells on one machine and one on the other: two wrong or failed, three ok in each.
    expect(text).toMatch(/tfjs\/wasm tfjs 1\.2\.3 4 60 % 12 4 4 0 0/);
    expect(text).toMatch(/jax\/cpu never started 4 – 0 0 0 0 20/);
  });
});

describe('the run that a page shows', () => {
  it.each([
    ['that has intervals, within a month', '2026-10-20', 'full'],
    ['that is newest, after a month', '2026-09-01', 'short'],
  ])('is the one %s', async (_, day, shown) => {
    const below = temporaryRuns();
    const full = writeRunFolder(below, { id: 'full', startedAt: `${day}T12:00:00.000Z` });
    const short = writeRunFolder(below, { id: 'short', startedAt: '2026-11-01T12:00:00.000Z', rounds: 2 });
    const own = temporarySite();
    await writeSite(own, [full, short]);
    const html = filesOf(own).get('workloads/lenet5/index.html')!;
    const reports = [...html.matchAll(/runs\/(\w+)\/report\.html/g)].map(([, run]) => run);
    expect(reports.length).toBeGreaterThan(2);
    expect(new Set(reports)).toEqual(new Set([shown]));
  });
});

describe('the dump', () => {
  it('has the results of every run, retracted or not', () => {
    const lines = page('data/results.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ results }) => runResults.parse(results).startedAt.slice(8, 10))).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
    ]);
    expect(lines.map(({ retracted }) => retracted?.reason)).toEqual([
      ...[undefined, undefined, retractionReason, undefined, undefined],
    ]);
    expect(page('runs/first/results.json')).toBe(`${JSON.stringify(lines[0].results)}\n`);
  });

  it('has a row for each cell', () => {
    const rows = page('data/cells.csv').trimEnd().split('\r\n');
    // Seven targets in five comparisons, and one more in the hostile run.
    expect(rows).toHaveLength(1 + 4 * 35 + 40);
    expect(rows[0]).toContain('"time_ns"');
  });
});

describe('the feed', () => {
  it('has an entry for each run and each retraction, newest first, with full addresses', () => {
    const feed = page('feed.xml');
    const titles = [...feed.matchAll(/<item>\s*<title>([^<]*)<\/title>/g)].map(([, title]) => title);
    expect(titles).toHaveLength(6);
    expect(titles[0]).toContain(`Run spoilt is retracted on 2026-11-06: ${retractionReason}`);
    expect(titles[1]).toContain('&lt;img');
    expect(feed).toContain('<link>https://example.org/benchmarks/runs/first/report.html</link>');
    expect(feed).toContain('<pubDate>Sun, 01 Nov 2026 12:00:00 GMT</pubDate>');
  });
});

describe('writing a site', () => {
  it('again gives the same bytes and writes no file', async () => {
    const before = [...files.keys()].map((path) => statSync(join(site, path)).mtimeMs);
    await writeSite(site, [...runs].reverse(), 'https://example.org/benchmarks/');
    expect(filesOf(site)).toEqual(files);
    expect([...files.keys()].map((path) => statSync(join(site, path)).mtimeMs)).toEqual(before);
  });

  it('of fewer runs removes their pages, and nothing that it has not made', async () => {
    const own = temporarySite();
    await writeSite(own, runs.slice(0, 4));
    writeFileSync(join(own, 'CNAME'), 'example.org');
    expect(filesOf(own).size).toBeGreaterThan(15);
    const { unread } = await writeSite(own, [runs[0]!, 'no-such-run']);
    expect(unread.join()).toContain('no-such-run');
    const left = [...filesOf(own).keys()];
    expect(left.filter((path) => path.startsWith('runs/'))).toHaveLength(2);
    expect(left.filter((path) => path.startsWith('machines/'))).toHaveLength(1);
    expect(left).toContain('CNAME');
    expect(existsSync(join(own, 'runs', 'second'))).toBe(false);
  });

  it.each([
    ['holds something else', (folder: string) => writeFileSync(join(folder, 'thesis.tex'), ''), 'thesis.tex'],
    [
      'has a list that leads out of it',
      (folder: string) =>
        writeFileSync(join(folder, 'site.json'), JSON.stringify({ version: 1, files: ['../thesis.tex'] })),
      'not the list of a site',
    ],
  ])('refuses a folder that %s', async (_, fill, message) => {
    const folder = temporarySite();
    mkdirSync(folder, { recursive: true });
    fill(folder);
    await expect(writeSite(folder, runs)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });

  it('leaves the run of a gate out, and says so', async () => {
    const gate = { against: 'main', baselineName: 'main', candidateName: 'here', subjects: [] };
    const folder = writeRunFolder(temporaryRuns(), { id: 'gate', manifest: { gate } });
    const { leftOut, unread } = await writeSite(temporarySite(), [runs[0]!, folder]);
    expect([leftOut.length, unread.length]).toEqual([1, 0]);
    expect(leftOut[0]).toContain('is the run of a gate');
    await expect(writeSite(temporarySite(), [folder])).rejects.toMatchObject({ code: 'usage' });
  });

  it.each(['ftp://example.org', 'somewhere'])('refuses %s as its address', async (url) => {
    await expect(writeSite(temporarySite(), runs, url)).rejects.toMatchObject({ code: 'usage' });
  });
});

it('slugs are distinct and harmless', () => {
  expect([
    ...slugsOf(['ONNX Runtime', 'onnx/runtime', '..', '', 'Ü', 'a'.repeat(99), 'ONNX Runtime']).values(),
  ]).toEqual(['onnx-runtime', 'onnx-runtime-2', 'x', 'x-2', 'x-3', 'a'.repeat(60)]);
});
