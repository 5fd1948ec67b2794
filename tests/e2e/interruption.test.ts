/** Runs that are stopped from outside, at any moment: nothing finished is lost, nothing is counted twice, nobody stays. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bench,
  finishedTurns,
  leftBehind,
  newMarker,
  readResults,
  temporaryFolder,
  until,
} from './command.js';

const args = [
  '--targets',
  'scripted/good,scripted/slower',
  '--workload',
  'lenet5',
  '--batch',
  '1,64',
  '--mode',
  'inference',
];

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the workers, keeps finished turns and exits like a shell says',
    async (signal) => {
      const marker = newMarker();
      const folder = join(await temporaryFolder(), "Ann's run");
      const run = bench([...args, '--rounds', '20', '--time', '60s', '--out', folder], { marker });
      await until('five turns', () => finishedTurns(folder).length >= 5);
      run.kill(signal);
      const { exitCode, stderr } = await run;
      expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(stderr).toContain(String.raw`Ann'\''s run'`);
      expect(stderr).toMatch(/continue with: .* --adapter \S+scripted\.js --resume '/);
      expect(leftBehind(marker)).toEqual([]);
      const results = readResults(folder);
      expect(results.ending).toBe('interrupted');
      expect(results.cells.flatMap((cell) => cell.samples)).toHaveLength(finishedTurns(folder).length);
      expect(existsSync(join(folder, 'report.html'))).toBe(true);
    },
  );
});

describe('a budget that is used up', () => {
  it('is no end: --resume with --time goes on for so long', async () => {
    const folder = join(await temporaryFolder(), 'run');
    const first = await bench([...args, '--rounds', '40', '--time', '4s', '--out', folder]);
    expect(first.exitCode, String(first.stderr)).toBe(0);
    expect(String(first.stderr)).toMatch(/--rounds 40: 4s hold \d+ rounds?; give --time \d+s for all/);
    const before = finishedTurns(folder);
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8');
    const planned = await bench(['--resume', folder, '--dry-run']);
    expect(planned.exitCode, String(planned.stderr)).toBe(0);
    expect(String(planned.stdout)).toMatch(/finished rounds?, it ended as planned; /);
    expect(readFileSync(join(folder, 'events.ndjson'), 'utf8')).toBe(events);
    const again = await bench(['--resume', folder]);
    expect(again.exitCode).toBe(0);
    expect(finishedTurns(folder)).toEqual(before);
    const longer = await bench(['--resume', folder, '--time', '6s']);
    expect(longer.exitCode, String(longer.stderr)).toBe(0);
    const after = finishedTurns(folder);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(readResults(folder).cells.flatMap((cell) => cell.samples)).toHaveLength(after.length);
  });
});

describe('kill -9 of the coordinator', () => {
  it('at random moments, again and again, then --resume', async () => {
    const marker = newMarker();
    const folder = join(await temporaryFolder(), 'run');
    let run = bench([...args, '--rounds', '6', '--time', '20s', '--out', folder], { marker });
    let kept: string[] = [];
    for (const afterMs of [700, 2500, 4100, 5300, 3700]) {
      await until('the manifest', () => existsSync(join(folder, 'manifest.json')));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      run.kill('SIGKILL');
      await run;
      await until('the workers to go', () => leftBehind(marker).length === 0, 10_000);
      const now = finishedTurns(folder);
      expect(now.slice(0, kept.length)).toEqual(kept);
      kept = now;
      run = bench(['--resume', folder], { marker });
    }
    const { exitCode, stderr } = await run;
    expect(exitCode, String(stderr)).toBe(0);
    const all = finishedTurns(folder);
    expect(all.slice(0, kept.length)).toEqual(kept);
    expect(new Set(all).size).toBe(all.length);
    const results = readResults(folder);
    expect(results.ending).toBe('finished');
    for (const cell of results.cells) expect(cell.state, cell.reason).toBe('ok');
    expect(results.cells.flatMap((cell) => cell.samples)).toHaveLength(all.length);
    expect(leftBehind(marker)).toEqual([]);
  });
});

describe('two runs at once in one checkout', () => {
  it('wait for each other and both end well', async () => {
    const marker = newMarker();
    const folder = await temporaryFolder();
    const runs = ['one', 'two'].map((name) =>
      bench([...args, '--rounds', '2', '--time', '4s', '--out', join(folder, name)], { marker }),
    );
    const ended = await Promise.all(runs);
    expect(ended.map((run) => run.exitCode)).toEqual([0, 0]);
    // At least one: another test's run may have been first.
    const waited = ended.filter((run) =>
      /another run measures in this checkout \(\//.test(String(run.stderr)),
    );
    expect(waited.length).toBeGreaterThanOrEqual(1);
    for (const name of ['one', 'two']) {
      for (const cell of readResults(join(folder, name)).cells) expect(cell.state, cell.reason).toBe('ok');
    }
    expect(leftBehind(marker)).toEqual([]);
  });
});
