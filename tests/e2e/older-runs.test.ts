/** What a user does with runs that an older version wrote. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../common/paths.js';
import { bench, readResults, temporaryFolder } from './command.js';

const stored = join(projectRoot, 'tests/fixtures/runs/version-1');

async function copyOf(run: string): Promise<string> {
  const folder = join(await temporaryFolder(), run);
  cpSync(join(stored, run), folder, { recursive: true });
  return folder;
}

describe('a run of version 1', () => {
  it('is reported', async () => {
    const folder = await copyOf('finished');
    const reported = await bench(['report', folder]);
    expect(reported.exitCode, String(reported.stderr)).toBe(0);
    expect(reported.stdout).toContain('16 cells: 8 ok, 4 failed, 4 unsupported.');
    expect(readResults(folder).cells[0]?.id).toBe('lenet5:inference:b16:float32:cpu:convnetjs/js');
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('pytorch/cpu');
  });

  it('is compared', async () => {
    const compared = await bench(['compare', join(stored, 'finished'), join(stored, 'interrupted')]);
    expect(compared.exitCode, String(compared.stderr)).toBe(0);
    expect(compared.stdout).toContain('onnxruntime/cpu');
  });

  it('is gated as a baseline and as a candidate, from its folder or its results alone', async () => {
    const results = join(await temporaryFolder(), 'results.json');
    cpSync(join(stored, 'finished/results.json'), results);
    for (const baseline of [join(stored, 'finished'), results]) {
      const gated = await bench([
        'gate',
        '--baseline',
        baseline,
        '--candidate',
        join(stored, 'finished'),
        '--force',
      ]);
      // Too few rounds for a verdict: inconclusive, and every cell of both sides is matched.
      expect(gated.exitCode, String(gated.stderr)).toBe(3);
      expect(gated.stdout).toContain('lenet5:inference:b16:cpu');
      expect(gated.stdout).not.toMatch(/no such cell|only in|missing/);
    }
  });

  it('keeps its place in the history, beside runs of today', async () => {
    const file = join(await temporaryFolder(), 'history.sqlite');
    cpSync(join(stored, 'history.sqlite'), file);
    const env = { TOUCHSTONE_HISTORY: file };
    const id = 'lenet5:inference:b4:float32:cpu:onnxruntime/cpu';
    const older = id.replace(':cpu:', ':default:');
    const listed = await bench(['history', '--json', id], { env });
    expect(listed.exitCode, String(listed.stderr)).toBe(0);
    const [before] = JSON.parse(String(listed.stdout)).cells;
    expect(before.cell).toBe(id);
    expect(before.series).toHaveLength(1);
    expect(before.series[0].runs).toMatchObject([
      {
        run: 'interrupted',
        state: 'ok',
        device: { kind: 'cpu', name: expect.any(String) },
        deviceBytes: null,
      },
    ]);
    // A run of today of the same cell stands on the same line.
    const folder = join(await temporaryFolder(), 'today');
    const run = await bench(
      [
        ...['--workload', 'lenet5', '--batch', '4', '--mode', 'inference', '--targets', 'onnxruntime/cpu'],
        ...['--rounds', '2', '--time', '4s', '--out', folder],
      ],
      { env },
    );
    expect(run.exitCode, String(run.stderr)).toBe(0);
    const now = await bench(['history', '--json', older], { env });
    const [after] = JSON.parse(String(now.stdout)).cells;
    expect(after.cell).toBe(id);
    const all = after.series.flatMap((series: { runs: { run: string }[] }) =>
      series.runs.map(({ run: name }) => name),
    );
    expect(all.sort()).toEqual(['interrupted', 'today']);
  });

  it('is not continued, and says so in one line', async () => {
    const folder = await copyOf('interrupted');
    const before = readFileSync(join(folder, 'events.ndjson'), 'utf8');
    const resumed = await bench(['--resume', folder]);
    expect(resumed.exitCode).toBe(2);
    expect(String(resumed.stderr).trim()).toMatch(
      /^error: .* was begun by an older Touchstone \(run format 1\): it can be reported and compared, not continued \(begin it again with `npm run bench -- .*`\)$/,
    );
    expect(readFileSync(join(folder, 'events.ndjson'), 'utf8')).toBe(before);
    expect(existsSync(join(folder, 'logs'))).toBe(false);
  });
});
