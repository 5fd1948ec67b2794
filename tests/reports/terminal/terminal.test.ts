import { describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { renderTerminal } from '../../../reports/terminal/index.js';
import { clean, fitted, fittedTarget, wrapped } from '../../../reports/terminal/lines.js';
import { manyCells } from '../../../scripts/measure/made-up-run.js';
import { type FixtureOptions, fixtureRun, swiftShader } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

/** Colours are off where output is no terminal, and so in tests; strip them where a shell forces them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours begin
const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');
const render = (options?: FixtureOptions) => {
  const { manifest, events } = fixtureRun(options);
  return plain(renderTerminal(analyse(manifest, events)));
};

describe('the comparison table', () => {
  const text = render();
  const rows = text.split('\n');

  it('says rank, time and ratio with intervals, fastest first', () => {
    const start = rows.indexOf('lenet5 · inference · batch 1');
    const table = rows.slice(start + 1, start + 7);
    expect(table[0]).toMatch(/rank +target +device +time per iteration +against the fastest +items\/s/);
    expect(table[1]).toMatch(/1 +onnxruntime\/cpu +cpu +6\d µs \[\d+, \d+] +1× +1\d,\d00/);
    expect(table[2]).toMatch(/2 +pytorch\/cpu +cpu +1\d\d µs \[\d+, \d+] +3\.\d+× \[[23]\.\d+, 3\.\d+]/);
    expect(table.slice(4).map((row) => row.trim().slice(0, 3))).toEqual(['4–5', '4–5']);
  });

  it('fits into 100 columns, hostile names included', () => {
    const software = render({ devices: { 'tfjs/wasm': swiftShader } }).split('\n');
    for (const line of [...rows, ...software, ...render({ hostile: true }).split('\n')]) {
      expect([...line].length).toBeLessThanOrEqual(100);
    }
  });

  it('ranks what a program computes in the place of a device apart, and says so', () => {
    const mixed = render({ devices: { 'tfjs/wasm': swiftShader } });
    expect(mixed).toMatch(
      /inference · batch 1 · devices in software\n.*\n +1 +tfjs\/wasm +webgpu0 +4\d\d µs/,
    );
    expect(mixed.replaceAll(/\s+/g, ' ')).toContain('float32 in software (tfjs/wasm)');
    expect(text).not.toContain('compared apart');
  });

  it('names latency and throughput of a device that work is queued for', () => {
    const queued = render({ queued: { 'tfjs/wasm': 0.5 } });
    const table = queued.slice(queued.indexOf('lenet5 · inference · batch 1\n'));
    expect(table).toMatch(/rank +target +device +latency +against the fastest +throughput *\n/);
    // 410 µs an iteration, half of it where eight are submitted before a wait.
    expect(table).toMatch(/tfjs\/wasm +cpu +4\d\d µs .* +4,[6-9]\d\d *\n/);
    expect(table).toMatch(/onnxruntime\/cpu .* – *\n/);
    expect(queued.replaceAll(/\s+/g, ' ')).toContain('throughput, 8 submissions and one wait: items/s');
    expect(text).not.toContain('throughput');
    for (const line of queued.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it('gives every other cell its state and reason, and no number', () => {
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('slowpoke/js: wrong: a timed iteration of round 4 gave another result');
    expect(flat).toContain('tfjs/wasm: failed: it has no kernel for the gradient Conv2DBackpropFilter');
    expect(flat).toContain('35 cells: 20 ok, 3 wrong, 2 failed, 1 unmeasured, 4 unsupported, 5 unavailable.');
    expect(flat.match(/jax\/cpu/g)).toHaveLength(2);
  });

  it('names settings that differ', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain('arithmetic: float32 (onnxruntime/cpu,');
  });
});

it('of a sweep it says each place on the axis side by side, and how much more threads give', () => {
  const text = plain(
    renderTerminal(analyse(...(Object.values(threadSweep()) as Parameters<typeof analyse>))),
  );
  const rows = text.split('\n');
  expect(text).toContain('1 or 2 threads');
  expect(rows).toContain('lenet5 · inference · batch 1 · 2 threads');
  const start = rows.indexOf('lenet5 · inference · batch 1 · by threads: examples/s');
  const table = rows.slice(start + 1, start + 9);
  expect(table[0]).toMatch(/target +1 +2/);
  expect(table[1]).toMatch(/onnxruntime\/cpu +1\d,\d00 +690 +0\.04\d+×/);
  expect(table.find((row) => row.includes('jax/cpu'))).toMatch(/unavailable +unavailable/);
  // Two batches stand in their own tables.
  expect(render()).not.toContain('by batch');
});

it('with too few rounds there is no interval, and it says so', () => {
  const text = render({ rounds: 2, plannedRounds: 8, ending: 'interrupted' });
  expect(text).toContain('2 of 8 rounds, too few rounds for intervals (3 give 95 %, 8 give 99 %)');
  expect(text).toContain('The run was interrupted; `--resume 20261123-142501-3fa9` continues it.');
  expect(text).not.toMatch(/× \[/);
});

it('a run in which nothing was timed is still a text', () => {
  const { manifest } = fixtureRun();
  const text = plain(renderTerminal(analyse(manifest, [])));
  expect(text).toContain('nothing was timed');
  expect(text).toContain('No target has a result.');
});

describe('lines', () => {
  it('terminal escapes and line breaks do not get through', () => {
    expect(clean('a\u001b[2Jb\r\nc\u0007')).toBe('a [2Jb c');
  });
  it('long text is cut or wrapped to the width', () => {
    expect(fitted('abcdef', 4)).toBe('abc…');
    expect(fitted('abcd', 4)).toBe('abcd');
    expect(wrapped('one two three', 8, '- ')).toEqual(['- one', '  two', '  three']);
    expect(wrapped('abcdefghij', 6, '- ')).toEqual(['- abcd', '  efgh', '  ij']);
  });
});

it.each([
  ['tfjs/wasm', 24, 'tfjs/wasm'],
  ['onnxruntime/webgpu@browser-worker', 24, 'o…/webgpu@browser-worker'],
  ['onnxruntime/webgpu@browser', 24, 'onnxrunt…/webgpu@browser'],
  ['a-name-without-any-backend', 10, 'a-name-wi…'],
  ['x/a-backend-that-is-far-too-long', 10, '…-too-long'],
])('the name of a target keeps its end: %s', (name, width, text) => {
  expect(fittedTarget(name, width)).toBe(text);
  expect([...fittedTarget(name, width)].length).toBeLessThanOrEqual(width);
});

it('of very many comparisons shows the first, and says how many there are', () => {
  const { manifest, events } = manyCells(750);
  const text = plain(renderTerminal(analyse(manifest, events)));
  expect(text.match(/ rank +target/g)).toHaveLength(40);
  expect(text).toContain('10 more comparisons: the report has them all.');
});
