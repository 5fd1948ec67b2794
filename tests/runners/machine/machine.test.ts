import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machine } from '../../../common/run/results.js';
import { readConditions, readSteal, stealShareSince } from '../../../runners/machine/conditions.js';
import { readMachine } from '../../../runners/machine/machine.js';

describe('readMachine', () => {
  it('gives what the results hold of a machine, of this one', async () => {
    const read = readMachine();
    expect(machine.parse(read)).toEqual(read);
    expect(read.node).toBe(process.versions.node);
    expect(read.cores).toBeGreaterThan(0);
    expect(read.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(read.cpu).not.toBe('');
  });

  it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
    'tells the instruction sets',
    async () => {
      const { instructionSets } = readMachine();
      expect(instructionSets).toContain('sse4_2');
      expect(new Set(instructionSets).size).toBe(instructionSets.length);
    },
  );
});

describe('conditions', () => {
  it('has a load average and no steal share before there is something to compare with', () => {
    const { loadAverage, stealShare } = readConditions();
    expect(loadAverage).toBeGreaterThanOrEqual(0);
    expect(stealShare).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')('counts CPU time that only rises, a part of it stolen', () => {
    const now = readSteal()!;
    expect(now.total).toBeGreaterThan(0);
    expect(now.steal).toBeLessThanOrEqual(now.total);
    expect(stealShareSince({ total: 0, steal: 0 })).toBeCloseTo(now.steal / now.total, 2);
  });

  it('says null where the system did not tell', () => {
    expect(stealShareSince(null)).toBeNull();
    const file = join(mkdtempSync(join(tmpdir(), 'touchstone-stat-')), 'stat');
    const stat = (text: string, cpus?: readonly number[]) => {
      writeFileSync(file, text);
      return readSteal(cpus, file);
    };
    expect(stat('cpu 1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 2 0 0\n', [0])).toEqual({ total: 9, steal: 2 });
    expect(stat('')).toBeNull();
    expect(stat('cpu 1 2 3 4\n')).toBeNull();
    expect(stat('cpu0 1 1 1 1 1 1 1 2\n', [0, 1])).toBeNull();
    expect(readSteal([], `${file}.gone`)).toBeNull();
  });
});
