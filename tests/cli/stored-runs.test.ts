/** Commands on stored runs: `report`, `compare` and `retract`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compareCommand } from '../../cli/compare.js';
import { historyCommand } from '../../cli/history.js';
import { reportCommand } from '../../cli/report.js';
import { retractCommand } from '../../cli/retract.js';
import { siteCommand } from '../../cli/site.js';
import { projectRoot } from '../../common/paths.js';
import { gateSettings } from '../../reports/regression/settings.js';
import { storedGate } from '../../reports/regression/stored-runs.js';
import { temporaryRuns, writeRunFolder } from '../reports/run-folders.js';
import { printed, refusal } from './output.js';

const finished = join(projectRoot, 'tests/fixtures/runs/version-1/finished');

it('compares a run with itself, without a difference', async () => {
  const json = join(mkdtempSync(join(tmpdir(), 'touchstone-compare-')), 'comparison.json');
  const text = await printed(async () =>
    expect(await compareCommand([finished, finished], { json })).toBe(0),
  );
  expect(text).toContain('B against A');
  const { cells } = JSON.parse(readFileSync(json, 'utf8')) as Comparison;
  const ratios = cells.flatMap(({ entries }) => entries.flatMap(({ ratio }) => ratio?.value ?? []));
  expect(ratios.length).toBeGreaterThan(5);
  expect(new Set(ratios)).toEqual(new Set([1]));
});

interface Comparison {
  readonly cells: readonly {
    readonly entries: readonly { readonly ratio?: { readonly value: number } | null }[];
  }[];
}

it.each([
  ['compare', () => compareCommand([finished, 'no-such-run'])],
  ['report', () => reportCommand('no-such-run')],
  ['retract', () => retractCommand('no-such-run', 'it is not there')],
])('%s names a run that does not exist', async (_, work) => {
  expect(await refusal(work)).toContain('no-such-run');
});

describe('a retracted run', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  function retracted() {
    const below = temporaryRuns();
    const [bad, good] = ['bad', 'good'].map((id) => writeRunFolder(below, { id })) as [string, string];
    const history = join(below, 'history.sqlite');
    vi.stubEnv('TOUCHSTONE_HISTORY', history);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    return { below, bad, good, history };
  }
  const reason = 'a <b>backup</b> ran beside it';
  const today = '2026-12-01';

  it('is refused by comparisons and the gate, with its reason, until the file is removed', async () => {
    const { bad, good } = retracted();
    expect(await retractCommand(bad, reason)).toBe(0);
    expect(await refusal(() => compareCommand([good, bad]))).toContain(reason);
    const settings = gateSettings.parse({ version: 1 });
    const gate = (sides: { baseline: string; candidate: string }) => storedGate(sides, settings, today);
    expect(await refusal(() => gate({ baseline: bad, candidate: good }))).toContain(reason);
    expect(await refusal(() => gate({ baseline: good, candidate: join(bad, 'results.json') }))).toContain(
      reason,
    );
    rmSync(join(bad, 'retracted.json'));
    expect(await printed(() => compareCommand([good, bad]))).toContain('B against A');
  });

  it('is left out of a folder of baselines, which the gate says', async () => {
    const { below, bad, good } = retracted();
    await retractCommand(bad, reason);
    const report = await storedGate(
      { baseline: below, candidate: good },
      gateSettings.parse({ version: 1 }),
      today,
    );
    expect(report.runs).toEqual(['good', 'good']);
    expect(report.notLikeForLike.join()).toContain(`bad is left out: retracted on`);
  });

  it('is in the history without a time, and its report says so first', async () => {
    const { bad, good, history } = retracted();
    await retractCommand(bad, reason);
    await printed(() => historyCommand({ import: [bad, good] }, history));
    const cell = 'lenet5:inference:b1:float32:cpu:pytorch/cpu';
    const text = await printed(() => historyCommand({ cell }, history));
    expect(text.replaceAll(/\s+/g, ' ')).toContain('retracted on');
    expect(text).toContain('1 run with a result');
    const html = readFileSync(join(bad, 'report.html'), 'utf8');
    expect(html).toContain('a &lt;b&gt;backup&lt;/b&gt; ran beside it');
    expect(html.indexOf('This run is retracted')).toBeLessThan(html.indexOf('<h1>'));
    await printed(() => reportCommand(bad));
    expect(readFileSync(join(bad, 'report.html'), 'utf8')).toContain('This run is retracted');
    expect(await printed(() => historyCommand({ cell }, history))).toContain('1 run with a result');
  });

  it('needs a reason', async () => {
    expect(await refusal(() => retractCommand(retracted().bad, '  '))).toContain('needs a reason');
  });
});

it('several runs without --site are refused with what to do', async () => {
  expect(await refusal(() => siteCommand([finished, finished], {}))).toContain('--site <folder>');
});
