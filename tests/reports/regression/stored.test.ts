import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { gateSettings } from '../../../reports/regression/settings.js';
import { storedReport } from '../../../reports/regression/stored.js';
import { nthRun } from '../history/runs.js';
import { seededRandom } from '../random.js';

const cell = 'lenet5:inference:b64:float32:cpu:pytorch/cpu';
const settings = gateSettings.parse({ version: 1 });

/** A run whose turns carry witnesses, of a session that is slower by `session`, and drifts within it by `drift`. */
function run(n: number, { factor = 1, session = 1, drift = 1 } = {}): RunResults {
  const random = seededRandom(n);
  const plain = nthRun(n);
  return {
    ...plain,
    cells: plain.cells.map((one) => ({
      ...one,
      samples: one.samples.map((turn) => ({
        ...turn,
        samplesNs: turn.samplesNs.map(
          () => 1.9e6 * factor * session * Math.exp(0.002 * random.normal()) * (turn.round >= 4 ? drift : 1),
        ),
        witness: {
          workNs: [2e5 * session * Math.exp(0.002 * random.normal()), 2e5 * session] as [number, number],
          waitNs: 0,
          switches: 0,
          stolenTicks: 0,
          mhz: null,
        },
      })),
    })),
  };
}

function speedOf(baselines: RunResults[], candidate: RunResults) {
  const sides = { baselines, candidate, baselineName: 'before', candidateName: 'after', command: 'gate' };
  const report = storedReport(sides, settings, '2026-01-01');
  return { report, speed: report.findings.find((one) => one.cell === cell && one.metric === 'speed') };
}

describe('stored runs', () => {
  it('alike are ok, and it is said that they were two sessions', () => {
    const { report, speed } = speedOf([run(1)], run(2));
    expect(speed).toMatchObject({ verdict: 'ok', stage: 'stored' });
    expect(report.kind).toBe('stored');
    expect(report.notLikeForLike.join()).toContain('different sessions');
  });

  it('slower by more than the margin in both halves are regressed', () => {
    const { report, speed } = speedOf([run(1), run(3)], run(2, { factor: 1.15 }));
    expect(speed?.verdict).toBe('regressed');
    expect(report.exit).toBe(1);
    expect(speedOf([run(1)], run(2, { factor: 0.8 })).speed?.verdict).toBe('improved');
  });

  it('on a machine that was slower for everything are inconclusive', () => {
    const { speed } = speedOf([run(1)], run(2, { session: 1.1 }));
    expect(speed).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('fixed piece of work'),
    });
  });

  it('of which only one half is slower are inconclusive', () => {
    expect(speedOf([run(1)], run(2, { drift: 1.2 })).speed?.verdict).not.toBe('regressed');
  });

  it('are held against every session of the baseline', () => {
    expect(speedOf([run(1), run(3, { factor: 1.15 })], run(2, { factor: 1.15 })).speed?.verdict).toBe('ok');
  });

  it('with a cell that is gone or wrong now are broken', () => {
    const candidate = run(2);
    const without = { ...candidate, cells: candidate.cells.filter(({ id }) => id !== cell) };
    const { report } = speedOf([run(1)], without);
    expect(report.findings.find((one) => one.cell === cell)).toMatchObject({
      verdict: 'broken',
      reason: expect.stringContaining('missing'),
    });
    expect(report.exit).toBe(1);
  });

  it('a larger error than before is found, though it is within its tolerance', () => {
    const candidate = run(2);
    const worse = {
      ...candidate,
      cells: candidate.cells.map((one) => ({
        ...one,
        parity: one.parity.map((check) => ({ ...check, error: check.tolerance / 2 })),
      })),
    };
    const { report } = speedOf([run(1)], worse);
    expect(report.findings.find((one) => one.cell === cell && one.metric === 'parity')).toMatchObject({
      verdict: 'regressed',
    });
  });
});
