/** Every way in which a worker can break, in one run of the whole program: each costs its own cell only. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../../common/run/results.js';
import { scriptedNames } from './adapters/scripted.js';
import { bench, leftBehind, newMarker, readResults, temporaryFolder } from './command.js';

const marker = newMarker();
let results: RunResults;
let output: string;
let page: string;
let logs: string;

beforeAll(async () => {
  const folder = join(await temporaryFolder(), 'run');
  const args = [
    '--targets',
    'scripted/*',
    '--workload',
    'lenet5',
    '--batch',
    '1',
    '--rounds',
    '6',
    '--time',
    '120s',
  ];
  const run = await bench([...args, '--deadline', '3s', '--out', folder], {
    marker,
    env: { NODE_OPTIONS: '--max-old-space-size=192' },
  });
  expect(run.exitCode, String(run.stderr)).toBe(0);
  output = String(run.stdout);
  results = readResults(folder);
  page = readFileSync(join(folder, 'report.html'), 'utf8');
  logs = join(folder, 'logs');
});

const cellOf = (name: string) =>
  results.cells.find((cell) => cell.target === `scripted/${name}` && cell.mode === 'inference')!;

describe('a run whose workers break', () => {
  it('gives every planned cell exactly one final state', () => {
    expect(results.cells).toHaveLength(2 * scriptedNames.length);
    expect(new Set(results.cells.map((cell) => cell.id)).size).toBe(results.cells.length);
    expect(results.ending).toBe('finished');
  });

  it.each([
    ['exits', 'failed', /exit/],
    ['killed', 'failed', /SIGKILL/],
    ['hangs', 'failed', /3 s|silent|deadline/],
    ['babbles', 'failed', /not a reply/],
    ['answers-twice', 'failed', /twice|request 0/],
    ['out-of-memory', 'failed', /memory/],
    ['file-truncated', 'failed', /does not fit its \d+ bytes/],
    ['file-truncated-when-timed', 'failed', /does not fit its \d+ bytes/],
    ['file-garbage', 'failed', /header is truncated/],
    ['file-missing', 'failed', /no tensors that can be read.*ENOENT/],
    ['file-folder', 'failed', /not a regular file/],
    ['file-link', 'failed', /not a regular file/],
    ['file-pipe', 'failed', /not a regular file/],
    ['file-long-header', 'failed', /header has 600000000 bytes/],
    ['nan', 'wrong', /NaN/],
    ['infinite', 'wrong', /Infinity/],
    ['wrong-shape', 'wrong', /shape/],
    ['wrong-when-timed', 'wrong', /timed iteration/],
  ])('%s: %s', (name, state, reason) => {
    const cell = cellOf(name);
    expect(cell.state, cell.reason).toBe(state);
    expect(cell.reason).toMatch(reason);
    expect(cell.metrics).toBeNull();
    expect(output).toContain(cell.reason.slice(0, 30));
    expect(existsSync(join(logs, `scripted_${name}-${cell.process}.log`))).toBe(true);
  });

  it('shows in the report what a process printed before its end, inert', () => {
    expect(page).toContain('no such kernel');
    expect(page).not.toContain('<b>no such kernel');
  });

  it('measures the healthy ones, also one that floods its standard output', () => {
    for (const name of ['good', 'slower', 'floods'])
      expect(cellOf(name).state, cellOf(name).reason).toBe('ok');
  });

  it('finds the difference that was built in', () => {
    const group = results.groups.find((candidate) => candidate.mode === 'inference')!;
    expect(group.ranking.at(0)?.target).not.toBe('scripted/slower');
    const { ratio } = group.comparisons.find((comparison) => comparison.target === 'scripted/slower')!;
    expect(ratio.value).toBeGreaterThan(1.4);
    expect(ratio.value).toBeLessThan(1.6);
    expect(ratio.level).toBe(0.95);
  });

  it('leaves no process behind', () => {
    expect(leftBehind(marker)).toEqual([]);
  });
});

it('ends with status 4 where not one cell has a result, and keeps the report', async () => {
  const folder = join(await temporaryFolder(), 'run');
  const args = ['--targets', 'scripted/exits', '--workload', 'lenet5', '--mode', 'inference', '--batch', '1'];
  const { exitCode, stderr } = await bench([...args, '--rounds', '1', '--time', '10s', '--out', folder]);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('error: no cell has a result');
  expect(readResults(folder).cells).toMatchObject([{ state: 'failed' }]);
});
