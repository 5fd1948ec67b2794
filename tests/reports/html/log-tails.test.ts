import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { required } from '../../../common/at.js';
import { fileNameOf } from '../../../common/run/cell.js';
import type { RunResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { lastLines, readLogTails } from '../../../reports/html/log-tails.js';
import { firstChoice } from '../../../reports/html/page/choice.js';
import { detailMarkup, detailOf } from '../../../reports/html/page/detail.js';
import { cellId } from '../../../reports/html/page/table.js';
import { tableOf } from '../../../reports/html/view/table.js';
import { fixtureRun } from '../fixtures.js';

let folder: string;
let results: RunResults;
const timed = () => results.cells.filter(({ samples }) => samples.length > 0);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-tails-'));
  mkdirSync(join(folder, 'logs'));
  const { manifest, events } = fixtureRun();
  results = analyse(manifest, events);
});
afterAll(() => rmSync(folder, { recursive: true }));

function logOf(index: number, text: string): string {
  const { id, target, samples } = timed()[index]!;
  writeFileSync(join(folder, 'logs', `${fileNameOf(target)}-${samples.at(-1)!.process}.log`), text);
  return id;
}

it('of the last process of a cell its last lines are in the details, folded and inert', async () => {
  const spoken = logOf(
    0,
    `${'x'.repeat(20_000)}\nfirst\r\n\u001b[31mred\u001b[0m\u202e\n<script>alert(1)</script>\n`,
  );
  const silent = logOf(1, '');
  const tails = await readLogTails(folder, results);
  expect(required(tails, spoken).split('\n').slice(-3)).toEqual([
    'first',
    '[31mred [0m',
    '<script>alert(1)</script>',
  ]);
  expect(required(tails, spoken).length).toBeLessThanOrEqual(1500);
  expect(tails.has(silent)).toBe(false);
  const table = tableOf(results, 18, tails);
  const shown = (id: string) => {
    const cell = table.cells.group.findIndex((_, place) => cellId(table, place) === id);
    return detailMarkup(detailOf(table, cell, firstChoice), '').text;
  };
  expect(shown(spoken)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;</pre></details>');
  expect(shown(spoken)).toContain('<details class="log"><summary>');
  expect(shown(silent)).not.toContain('<pre');
});

it('of a cell that failed or was wrong it is that of the process in which it did, as inert', async () => {
  const { manifest, events } = fixtureRun();
  const process = (event: { cell: string }) => (event.cell.includes('training') ? 7001 : 7000);
  const known = events.map((event) =>
    event.type === 'failed' || (event.type === 'parity' && !event.passed)
      ? { ...event, process: process(event) }
      : event,
  );
  const run = analyse(manifest, known);
  const bad = run.cells.filter((cell) => cell.process !== undefined && cell.process >= 7000);
  expect(new Set(bad.map(({ state }) => state))).toEqual(new Set(['failed', 'wrong']));
  for (const { target, process: number } of bad)
    writeFileSync(
      join(folder, 'logs', `${fileNameOf(target)}-${number}.log`),
      `of ${number}\n\u001b]0;title\u0007<img src=x onerror="globalThis.hacked=1">{{x}}\n`,
    );
  const table = tableOf(run, 18, await readLogTails(folder, run));
  for (const { id, process: number } of bad) {
    const cell = table.cells.group.findIndex((_, place) => cellId(table, place) === id);
    const { text } = detailMarkup(detailOf(table, cell, firstChoice), '');
    expect(text).toContain(`of ${number}\n`);
    expect(text).toContain('&lt;img src=x onerror=');
    for (const live of ['<img', '\u001b', '\u0007']) expect(text).not.toContain(live);
    expect(text).toContain('<dt>State</dt>');
  }
});

it('a log that is gone is like one that says nothing', async () => {
  expect(await readLogTails(join(folder, 'nowhere'), results)).toEqual(new Map());
});

it('keeps whole lines from the end, and of a single long one its beginning', () => {
  expect(lastLines('one\n\ntwo\nthree\n', 10)).toBe('two\nthree');
  expect(lastLines('abcdefghij', 4)).toBe('abcd');
  expect(lastLines('', 10)).toBe('');
});
