/** The tables that compare pages with other places, from a made-up run. */
import { expect, it } from 'vitest';
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { analyse } from '../../reports/analyse/analyse.js';
import { drawBrowserChart } from '../../scripts/measure/browser-chart.js';
import { browserTables, placedTimes } from '../../scripts/measure/browser-rows.js';
import { twinHead, twinRows } from '../../scripts/measure/twin-rows.js';
import { fixtureRun } from '../reports/fixtures.js';

const page = 'tfjs/wasm@browser';

/** A run in which PyTorch's times are those of TensorFlow.js in a page. */
function resultsOf() {
  const renamed = JSON.stringify(fixtureRun()).replaceAll('pytorch/cpu', page);
  const { manifest, events } = JSON.parse(renamed) as { manifest: RunManifest; events: RunEvent[] };
  const targets = manifest.targets.map((target) =>
    target.target === page ? { ...target, host: 'browser', place: 'chromium' } : target,
  );
  return analyse({ ...manifest, targets }, events);
}

const results = resultsOf();

it('a twin has its ratio, whether it agrees, and what explains it where not', () => {
  const rows = twinRows(results).map(
    (cells) => new Map(cells.map((cell, place) => [twinHead[place], cell] as const)),
  );
  expect(rows.map((row) => row.get('in Node'))).toEqual(Array(5).fill('tfjs/wasm'));
  const [row] = rows;
  expect(row?.get('comparison')).toBe('lenet5 · inference · batch 1');
  // 190 µs and 410 µs.
  expect(row?.get('page ÷ Node')).toMatch(/^0\.4\d\d \[0\.4\d\d, 0\.4\d\d\]$/);
  expect(row?.get('within 5 %')).toBe('no');
  expect(row?.get('not like for like because')).toContain('tfjs/wasm uses wasm simd128 instructions');
  const missing = rows.find((each) => each.get('comparison') === 'lenet5 · training · batch 64');
  expect(missing?.get('not like for like because')).toMatch(/^failed: it has no kernel/);
});

it('a backend has a row, and a column for each place', () => {
  const tables = browserTables(results);
  expect(tables).toContain('## lenet5 · inference · batch 1');
  const row = tables.split('\n').find((line) => line.startsWith('| tfjs/wasm'));
  const [, backend, python, node, chromium, firefox, binding, overNode] = (row ?? '')
    .split('|')
    .map((x) => x.trim());
  expect([backend, python, firefox, binding]).toEqual(['tfjs/wasm', '', '', '']);
  expect(node).toMatch(/^4\d\d µs \[/);
  expect(chromium).toMatch(/^1\d\d µs \[/);
  expect(overNode).toMatch(/^0\.4\d+× \[/);
});

it('the drawing stands by itself: light, with every place and comparison', async () => {
  const svg = await drawBrowserChart(placedTimes(results));
  expect(svg).not.toContain('var(--');
  for (const text of ['Node', 'Chromium', 'lenet5 · inference · batch 1', 'tfjs/wasm', '#ffffff'])
    expect(svg).toContain(text);
  expect(svg).not.toContain('Firefox');
});
