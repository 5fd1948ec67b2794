import { describe, expect, it } from 'vitest';
import {
  marginsFor,
  matchesCell,
  unusedEntries,
  withAcceptances,
} from '../../../reports/regression/apply-settings.js';
import { type Acceptance, defaultMargins, gateSettings } from '../../../reports/regression/settings.js';
import { estimate, finding, nasty } from './fixture.js';

const cell = 'lenet5:inference:b1:float32:cpu:pytorch/cpu';
const settings = (given: object) => gateSettings.parse({ version: 1, ...given });

describe('matchesCell', () => {
  it.each([
    [cell, true],
    ['lenet5:*', true],
    ['*', true],
    ['*:pytorch/*', true],
    ['*/cpu', true],
    ['lenet5:{inference,training}:b1:*', true],
    ['lenet5:inference:b?:*', true],
    ['lenet5', false],
    ['pytorch/*', false],
    ['lenet5:training:*', false],
    ['*:tfjs/*', false],
    ['', false],
  ])('%s', (pattern, matches) => {
    expect(matchesCell(pattern, cell)).toBe(matches);
  });

  it('answers at once, whatever the pattern: the file may come with a pull request', () => {
    const startedMs = performance.now();
    for (const pattern of ['*a'.repeat(30), '+(a|aa)'.repeat(20), '@(*a*|*b*)'.repeat(20)])
      expect(matchesCell(`${pattern}!`, 'a'.repeat(100))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('a name means itself whatever characters it holds', () => {
    expect(matchesCell(nasty, nasty)).toBe(true);
    expect(matchesCell('a[b](c)/*', 'a[b](c)/*')).toBe(true);
    expect(matchesCell('.hidden:*', '.hidden:x/y')).toBe(true);
    expect(matchesCell('*', '.hidden:x/y')).toBe(true);
  });
});

describe('marginsFor', () => {
  it('the usual ones, then those of the settings, then of matching cells in order', () => {
    expect(marginsFor(settings({}), cell)).toEqual(defaultMargins);
    const given = settings({
      margins: { speed: 0.03, memory: 0.2 },
      cells: [
        { cell: 'lenet5:*', margins: { speed: 0.05 } },
        { cell: '*:pytorch/*', margins: { speed: 0.07, parity: 3 } },
        { cell: 'row-lstm:*', margins: { speed: 0.5 } },
      ],
    });
    expect(marginsFor(given, cell)).toEqual({ speed: 0.07, 'start-up': 0.1, memory: 0.2, parity: 3 });
    expect(marginsFor(given, 'pytorch/cpu')).toEqual({ ...defaultMargins, speed: 0.03, memory: 0.2 });
  });
});

describe('withAcceptances', () => {
  const entry: Acceptance = {
    cell: 'lenet5:*',
    metric: 'speed',
    upTo: 1.12,
    reason: 'exact now',
    until: '2026-12-01',
  };
  const slow = finding('regressed', 'speed');
  const apply = (accepted: readonly Acceptance[], today = '2026-11-24', found = slow) =>
    withAcceptances([found], settings({ accepted }), today)[0]!;

  it('accepts what is no worse than recorded, and says until when', () => {
    const accepted = apply([entry]);
    expect(accepted.verdict).toBe('accepted');
    expect(accepted.accepted).toEqual({ reason: 'exact now', until: '2026-12-01', upTo: 1.12 });
    expect(accepted.reason).toBe('it is regressed; accepted until 2026-12-01: exact now');
  });

  it('the point estimate decides, not the end of the interval', () => {
    const wide = finding('regressed', 'speed', { ratio: estimate(1.12, 0.05) });
    expect(apply([entry], '2026-11-24', wide).verdict).toBe('accepted');
  });

  it('holds on its last day and not on the next', () => {
    expect(apply([entry], '2026-12-01').verdict).toBe('accepted');
    const late = apply([entry], '2026-12-02');
    expect(late).toMatchObject({ verdict: 'regressed', accepted: null });
    expect(late.reason).toBe('it is regressed; its acceptance ended on 2026-12-01');
  });

  it('a worse one stays regressed and says what was accepted', () => {
    const worse = apply([entry], '2026-11-24', finding('regressed', 'speed', { ratio: estimate(1.13) }));
    expect(worse).toMatchObject({ verdict: 'regressed', accepted: null });
    expect(worse.reason).toContain('accepted only up to 1.12×');
  });

  it('of several entries one that covers it is enough', () => {
    const ended = { ...entry, until: '2026-01-01', upTo: 9 };
    const less = { ...entry, upTo: 1.05 };
    expect(apply([ended, less, entry]).verdict).toBe('accepted');
    expect(apply([entry, less]).verdict).toBe('accepted');
    expect(apply([ended, less]).reason).toContain('accepted only up to 1.05×');
  });

  it('other metrics, other cells and other verdicts are left as they are', () => {
    expect(apply([{ ...entry, metric: 'memory' }])).toEqual(slow);
    expect(apply([{ ...entry, cell: 'row-lstm:*' }])).toEqual(slow);
    expect(apply([{ ...entry, upTo: null }]).verdict).toBe('regressed');
    const fine = finding('inconclusive', 'speed');
    expect(apply([entry], '2026-11-24', fine)).toEqual(fine);
  });

  it('a broken cell is accepted as a state, by whichever metric it was noticed', () => {
    const state: Acceptance = { ...entry, metric: 'state', upTo: null };
    for (const metric of ['state', 'speed'] as const) {
      const broken = finding('broken', metric);
      expect(apply([state], '2026-11-24', broken).verdict).toBe('accepted');
      expect(apply([entry], '2026-11-24', broken).verdict).toBe('broken');
      expect(apply([state], '2027-01-01', broken)).toMatchObject({ verdict: 'broken' });
    }
  });
});

describe('unusedEntries', () => {
  it('names what matches nothing', () => {
    const given = settings({
      cells: [
        { cell: 'lenet5:*', margins: { speed: 0.05 } },
        { cell: 'lenet:*', margins: { speed: 0.05, memory: 0.1 } },
      ],
      accepted: [
        { cell: 'lenet5:*', metric: 'speed', upTo: 1.2, reason: 'x', until: '2026-12-01' },
        { cell: 'lenet5:*', metric: 'memory', upTo: 1.2, reason: 'x', until: '2026-12-01' },
      ],
    });
    const warnings = unusedEntries(given, [finding('ok', 'speed')]);
    expect(warnings).toEqual([
      'the margins for lenet:* (speed 5 %, memory 10 %) match no cell',
      'what is accepted for lenet5:*, memory, until 2026-12-01 matches no cell',
    ]);
    expect(unusedEntries(settings({}), [])).toEqual([]);
  });
});
