/** How run folders stand. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liveRuns, reportOf, stateOf } from '../../../cli/serve/runs.js';
import { fixtureRun } from '../../reports/fixtures.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadlineMs = 120_000;

function write(run: ReturnType<typeof fixtureRun>): void {
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(run.manifest));
  writeFileSync(
    join(folder, 'events.ndjson'),
    run.events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
}

function age(ms: number): void {
  const then = new Date(Date.now() - ms);
  utimesSync(join(folder, 'events.ndjson'), then, then);
}

describe('a run folder', () => {
  it('is what its last event says', () => {
    expect(stateOf(folder, deadlineMs)).toBe('not begun');
    write(fixtureRun({ rounds: 2 }));
    expect(stateOf(folder, deadlineMs)).toBe('finished');
    write(fixtureRun({ rounds: 2, ending: 'interrupted' }));
    expect(stateOf(folder, deadlineMs)).toBe('interrupted');
  });

  it('goes on as long as an answer of a worker may take', () => {
    write(fixtureRun({ rounds: 2, ending: null }));
    expect(stateOf(folder, deadlineMs)).toBe('goes on');
    age(deadlineMs + 1_000);
    expect(stateOf(folder, deadlineMs)).toBe('ended early');
  });

  it('that goes on has standings with intervals, and a report of what there is', async () => {
    write(fixtureRun({ rounds: 4, ending: null }));
    const { html, hasReport, where } = await liveRuns()(folder);
    expect(hasReport).toBe(false);
    expect(where).toBe('Example CPU @ 2.60GHz, 2 cores');
    expect(html).toMatch(/4 rounds done; at most \d+ s left/);
    expect(html).toMatch(/<th scope="row">onnxruntime\/cpu<\/th>.*µs \[/);
    expect(await reportOf(folder)).toContain('onnxruntime/cpu');
  });

  it('that has ended shows its report as soon as that is there', async () => {
    write(fixtureRun({ rounds: 4 }));
    const live = liveRuns();
    expect((await live(folder)).hasReport).toBe(false);
    writeFileSync(join(folder, 'report.html'), 'its own report');
    expect((await live(folder)).hasReport).toBe(true);
    expect(await reportOf(folder)).toBe('its own report');
  });
});
