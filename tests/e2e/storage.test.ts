/** A run folder that cannot be written: one line that says so, a non-zero exit, and what there was is kept. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bench, leftBehind, newMarker, temporaryFolder } from './command.js';

const args = [
  '--targets',
  'scripted/good,scripted/slower',
  '--workload',
  'lenet5',
  '--batch',
  '1',
  '--mode',
  'inference',
];
const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) execFileSync('umount', [folder]);
});

/** A file system of a given size, in memory; only root may make one. */
async function smallDisk(size: string, ...options: string[]): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', [`size=${size}`, ...options].join(','), 'tmpfs', folder]);
  mounted.push(folder);
  return folder;
}

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a full disk (skipped unless root: only root can mount a small one)', () => {
  it('ends the run with one line, keeps the turns that were written and leaves no process', async () => {
    const marker = newMarker();
    const folder = join(await smallDisk('64k'), 'run');
    const run = await bench([...args, '--rounds', '8', '--time', '20s', '--out', folder], { marker });
    expect(run.exitCode).toBe(4);
    const errors = String(run.stderr)
      .split('\n')
      .filter((line) => line.includes('error:'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/cannot write.*ENOSPC.*--resume/);
    expect(leftBehind(marker)).toEqual([]);
    expect(readFileSync(join(folder, 'events.ndjson'), 'utf8')).toContain('"type":"turn"');
    execFileSync('mount', ['-o', 'remount,size=64m', mounted[0]!]);
    const resumed = await bench(['--resume', folder], { marker });
    expect(resumed.exitCode, String(resumed.stderr)).toBe(0);
    expect(statSync(join(folder, 'report.html')).size).toBeGreaterThan(10_000);
  });

  it('read-only: refused before anything is spawned', async () => {
    const disk = await smallDisk('1m', 'ro');
    const run = await bench([...args, '--out', join(disk, 'run')]);
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toMatch(/error: cannot write the run folder .*(EROFS|read-only)/);
  });
});

describe('an output folder that cannot be one', () => {
  it('holds a run already', async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, 'run'));
    execFileSync('touch', [join(folder, 'run', 'manifest.json')]);
    const run = await bench([...args, '--out', join(folder, 'run')]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/already holds a run .*--resume/);
  });

  it('holds something else', async () => {
    const folder = await temporaryFolder();
    execFileSync('touch', [join(folder, 'thesis.txt')]);
    const run = await bench([...args, '--out', folder]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/^error: .* is not empty: it holds thesis\.txt \(.*--out\)$/);
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  it.skipIf(process.platform !== 'linux')('lies where no folder can be made', async () => {
    const run = await bench([...args, '--out', '/proc/no/run'], { timeout: 120_000, killSignal: 'SIGKILL' });
    expect(run.exitCode).toBe(4);
    expect(String(run.stderr).trim().split('\n').at(-1)).toMatch(
      /^error: cannot write the run folder \/proc/,
    );
  });

  it('lies under a file', async () => {
    const folder = await temporaryFolder();
    execFileSync('touch', [join(folder, 'file')]);
    const run = await bench([...args, '--out', join(folder, 'file', 'run')]);
    expect(run.exitCode).toBe(4);
    expect(String(run.stderr).trim().split('\n').at(-1)).toMatch(/^error: cannot write the run folder/);
  });
});
