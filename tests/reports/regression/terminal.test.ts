import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderGate } from '../../../reports/regression/outputs/index.js';
import { estimate, finding, many, nasty, nastyTarget, report } from './fixture.js';

const lines = (...args: Parameters<typeof report>) =>
  stripVTControlCharacters(renderGate(report(...args))).split('\n');
const at = (text: readonly string[], part: string) => text.findIndex((line) => line.includes(part));

describe('renderGate', () => {
  it('says the summary first, what is not alike before any ratio, and the worst findings first', () => {
    const text = lines(undefined, { notLikeForLike: ['threads: 1 → 2'] });
    expect(text[0]).toBe('1 cell is broken, 1 is slower by 10 % [8, 12]');
    expect(at(text, 'not like for like: threads: 1 → 2')).toBeGreaterThan(0);
    expect(at(text, 'not like for like')).toBeLessThan(at(text, '×'));
    const verdicts = text.flatMap(
      (line) => /(broken|regressed|inconclusive|accepted|unmeasured|improved|ok)$/.exec(line)?.[1] ?? [],
    );
    expect(verdicts.slice(0, 7)).toEqual([
      'broken',
      'regressed',
      'inconclusive',
      'accepted',
      'unmeasured',
      'improved',
      'ok',
    ]);
    expect(text.join('\n')).toContain('1.10× [1.08, 1.12]');
    expect(text.join('\n')).toContain('torch: 2.8.0 → 2.9.0');
    expect(text.join('\n')).not.toContain('commit: aaa');
  });

  it('gives the reason of everything that is not ok, under the name that gate accept takes', () => {
    const text = lines().join('\n');
    expect(text).toContain(
      '– lenet5:inference:b1:float32:cpu:pytorch/cpu, state: ok → wrong: the output differs',
    );
    expect(text).not.toContain('it is ok');
  });

  it('stays within 100 columns and on clean lines, whatever names and reasons hold', () => {
    const long = finding('regressed', 'parity', {
      cell: `${'w'.repeat(150)}:inference:b1024:float32:cpu:${nastyTarget.repeat(9)}`,
      target: nastyTarget.repeat(9),
      ratio: { ...estimate(1_234_567), low: 1_000_000.5, high: 2_345_678.9 },
      margin: 1,
      reason: `${nasty} ${'x'.repeat(300)}`,
    });
    const text = lines([long, finding('inconclusive', 'start-up')], {
      summary: nasty.repeat(3),
      command: nasty.repeat(5),
      notLikeForLike: [nasty.repeat(5)],
      baseline: { name: nasty, versions: { [nasty]: nasty } },
    });
    for (const line of text) expect([line, [...line].length <= 100]).toEqual([line, true]);
    expect(text.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('three digits where there is no interval, so that a margin of 2 % can be seen', () => {
    const once = finding('regressed', 'memory', {
      ratio: { value: 1.0631, low: null, high: null, level: null, rounds: 1 },
    });
    expect(lines([once]).join('\n')).toContain('1.06×');
  });

  it('counts the ok ones by metric where there are many', () => {
    const few = lines(many(12, 'ok')).join('\n');
    expect(few).toContain('w11:inference:b1');
    const text = lines([...many(20, 'ok'), finding('ok', 'memory'), finding('regressed', 'speed')]).join(
      '\n',
    );
    expect(text).toContain('ok: 20 speed, 1 memory.');
    expect(text).not.toContain('w11:inference:b1');
    expect(text).toContain('it is regressed');
  });

  it('says so where there is nothing, and that stored runs are of different sessions', () => {
    expect(lines([]).join('\n')).toContain('Nothing was compared.');
    expect(lines([], { kind: 'stored' }).join('\n')).toContain('runs of different sessions');
  });
});
