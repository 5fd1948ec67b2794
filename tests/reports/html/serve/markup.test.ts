/** What the pages of `serve` show of runs. */
import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../../../common/run/results.js';
import { analyse } from '../../../../reports/analyse/analyse.js';
import { besideModels } from '../../../../reports/html/serve/beside.js';
import { besidePage, startPage } from '../../../../reports/html/serve/pages.js';
import { standingsMarkup } from '../../../../reports/html/serve/standings.js';
import { validity } from '../../../../reports/html/view/validity.js';
import { resumeText } from '../../../../reports/resume.js';
import { endingText } from '../../../../reports/summary.js';
import { standingsNow } from '../../../../reports/terminal/standings.js';
import { fixtureRun, hostileTarget } from '../../fixtures.js';

const { manifest, events } = fixtureRun({ rounds: 4, ending: null, hostile: true });

/** As a visitor's run is: with the content of each cell, in a browser. */
function ofVisitor(results: RunResults, browser?: string): RunResults {
  const content = (model: string) => ({ digest: `d-${model}`, model, inputs: {} });
  return {
    ...results,
    machine: { ...results.machine, ...(browser === undefined ? {} : { browser, memoryBytes: null }) },
    cells: results.cells.map((cell) => ({ ...cell, content: content(`${cell.workload} ${cell.mode}`) })),
  };
}

describe('standings', () => {
  const html = standingsMarkup(
    standingsNow({ manifest, events, rounds: 4, leftMs: 30_000 }),
    'at most 30 s left',
  );

  it('have a table for each comparison with times and ratios', () => {
    expect(html).toContain('4 rounds done; at most 30 s left');
    expect(html.match(/<table>/g)?.length).toBe(5);
    expect(html).toMatch(/pytorch\/cpu<\/th><td class="number">2<\/td><td class="number">\d+ µs \[.*?×/);
  });

  it('name what has failed, and not what is still to come', () => {
    expect(html).toContain('slowpoke/js, lenet5 · inference · batch 1: wrong');
    expect(html).not.toContain('before its first turn');
  });

  it('escape names', () => {
    expect(html).not.toContain(hostileTarget);
    expect(html).toContain('&lt;/script&gt;&lt;img');
  });
});

describe('a visitor beside the host', () => {
  const results = analyse(manifest, events);
  const visitor = { ...ofVisitor(results, 'Firefox/140.0'), id: 'theirs' };

  it('has times of both for equal contents, from the newest run that has them', () => {
    const models = besideModels(visitor, [
      { ...visitor, id: 'another visitor' },
      { ...ofVisitor(results), id: 'newest' },
      { ...ofVisitor(results), id: 'older' },
    ]);
    expect(models.length).toBe(5);
    expect(models[0]).toMatchObject({
      title: 'lenet5 · inference · batch 1',
      visitor: { caption: 'Run theirs, lenet5 · inference · batch 1' },
      host: { caption: 'Run newest, lenet5 · inference · batch 1' },
    });
    expect(JSON.stringify(models)).not.toContain('×');
  });

  it('has no times of the host where contents or threads differ', () => {
    const own = ofVisitor(results);
    const others: RunResults[] = [
      { ...own, cells: own.cells.map((cell) => ({ ...cell, content: { ...cell.content!, digest: 'x' } })) },
      { ...own, options: { ...own.options, threads: 2 } },
    ];
    expect(besideModels(visitor, others).every(({ host }) => host === null)).toBe(true);
  });

  it('is drawn without a name that ends its text', async () => {
    const page = await besidePage({
      id: 'theirs',
      browser: 'b',
      host: 'h',
      models: besideModels(visitor, []),
    });
    expect(page).toContain('No run of the host has measured it.');
    expect(page).not.toContain(hostileTarget);
  });
});

it('the start page escapes what runs are called', async () => {
  const run = { id: 'a', state: 'finished', isGood: true, what: hostileTarget, where: 'here' };
  const page = await startPage({ machine: 'm', first: [], more: [], maxModelMegabytes: 512, runs: [run] });
  expect(page).toContain('href="run/a/"');
  expect(page).not.toContain(hostileTarget);
});

describe("the report of a visitor's run", () => {
  const results = ofVisitor(analyse(manifest, events), 'Firefox/140.0');

  it('says what a foreign device cannot be held to', () => {
    const finding = validity(results).find(({ label }) => label === "Visitor's browser");
    expect(finding?.good).toBe(false);
    expect(finding?.text).toContain('no fresh process per round');
    expect(validity(results).some(({ label }) => label === 'Processors')).toBe(false);
  });

  it('proposes nothing that cannot be done', () => {
    expect(resumeText(results, results.id)).toBe('');
    expect(endingText({ ...results, ending: 'interrupted' })).not.toContain('--resume');
  });
});
