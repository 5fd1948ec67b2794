/** What is said while a run goes on: on a terminal in place, in a log now and then. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSoFar } from '../../../common/run/observer.js';
import { makeProgress } from '../../../reports/terminal/progress.js';
import { standingsLines, standingsNow } from '../../../reports/terminal/standings.js';
import { fixtureRun } from '../fixtures.js';

function soFar(precision?: number): RunSoFar {
  const { manifest, events } = fixtureRun({ rounds: 4, ending: null });
  const options = { ...manifest.options, ...(precision === undefined ? {} : { precision }) };
  return { manifest: { ...manifest, options }, events, rounds: 4, leftMs: 74_200 };
}

/** Collects what is written. */
function fakeStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = {
    isTTY,
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text) > 0,
    on: () => stream,
    cursorTo: () => true,
  };
  return { stream: stream as unknown as NodeJS.WriteStream, written };
}

describe('the standings', () => {
  it('say what is left of the time and how much is open', () => {
    const { progress, left, leaders } = standingsNow(soFar(0.05));
    expect(progress).toMatch(/^4 rounds done, \d+ of \d+ comparisons open$/);
    expect(left).toBe('at most 75 s left');
    expect(leaders).toContain('lenet5 · inference · batch 1: onnxruntime/cpu');
    expect(standingsNow(soFar()).progress).toBe('4 rounds done');
  });

  it('name the leader and every other target with its ratio, in the lines that there are', () => {
    const found = standingsNow(soFar(0.05));
    const lines = standingsLines(found, 80, 60);
    expect(lines[0]).toBe('lenet5 · inference · batch 1');
    expect(lines[1]).toMatch(/^ {2}onnxruntime\/cpu 1× · \S+ [\d.]+× \[/);
    for (const rows of [2, 4, 9]) {
      const few = standingsLines(found, 80, rows);
      expect(few.length).toBeLessThanOrEqual(rows);
      for (const line of few) expect([...line].length).toBeLessThanOrEqual(80);
    }
  });
});

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('in a log is a line every few seconds', () => {
    const { stream, written } = fakeStream(false);
    const progress = makeProgress(stream);
    progress.stage('rounds', 240, 120_000);
    progress.round?.(soFar(0.05));
    progress.round?.(soFar(0.05));
    for (let step = 0; step < 10; step++) progress.step('round 2: lenet5');
    expect(written).toHaveLength(2);
    vi.advanceTimersByTime(30_000);
    progress.step('round 5: lenet5');
    expect(written[0]).toBe('rounds: at most 120 s\n');
    expect(written[1]).toMatch(/^4 rounds done, .*; lenet5/);
    expect(written[2]).toBe('rounds: at most 90 s left (round 5: lenet5)\n');
  });

  it('says the time left once the pace tells something of it, and it does not jump where steps differ', () => {
    const { stream, written } = fakeStream(false);
    const progress = makeProgress(stream);
    progress.stage('parity check', 40);
    // Verdicts that are kept come first, then what takes long.
    for (let step = 0; step < 40; step++) {
      vi.advanceTimersByTime(step < 10 ? 600 : 24_000);
      progress.step('a cell');
    }
    const left = written.map((line) => /about (\d+) s left/.exec(line)?.[1]);
    expect(left.slice(0, 2)).toEqual([undefined, undefined]);
    const shown = left.flatMap((text) => (text === undefined ? [] : [Number(text)]));
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.at(-1)).toBe(0);
    for (const [index, next] of shown.slice(1).entries()) expect(next - shown[index]!).toBeLessThan(30);
    expect(Math.max(...shown)).toBeLessThan(40 * 24);
  });

  it('a note has a line of its own, without the bar', () => {
    const { stream, written } = fakeStream(true);
    const progress = makeProgress(stream);
    progress.stage('parity check', 4);
    const bar = written.findLast((text) => text.includes('parity check'))!;
    expect(bar).toMatch(/parity check \S+ 0\/4/);
    progress.note('stopping');
    const since = written.slice(written.indexOf(bar) + 1, written.indexOf('stopping\n'));
    expect(since.join('')).toContain('\u001b[2K');
    progress.finish();
  });

  it('on a terminal replaces the standings, and takes them off at the end', () => {
    const { stream, written } = fakeStream(true);
    const progress = makeProgress(stream);
    progress.stage('rounds', 240, 120_000);
    progress.round?.(soFar(0.05));
    const block = written.find((text) => text.startsWith('lenet5 '))!;
    const lines = block.split('\n').length - 1;
    vi.advanceTimersByTime(600_000);
    progress.round?.(soFar(0.05));
    expect(written).toContain(`\u001b[${lines}A\u001b[J`);
    expect(written.filter((text) => text === block)).toHaveLength(2);
    progress.finish();
    expect(written.at(-1)).toBe(`\u001b[${lines}A\u001b[J`);
  });
});
