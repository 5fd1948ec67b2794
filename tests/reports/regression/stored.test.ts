import { describe, expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { gateSettings } from '../../../reports/regression/settings.js';
import { storedReport } from '../../../reports/regression/stored.js';
import { contentOfModel, nthRun, withContent } from '../history/runs.js';
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

  const small = contentOfModel('aaaa', '1x3x32x32');
  const large = contentOfModel('aaaa', '1x3x256x256');

  it('of another computation under one name are not judged', () => {
    const { report, speed } = speedOf(
      [withContent(run(1), small)],
      withContent(run(2, { factor: 39 }), large),
    );
    expect(speed).toBeUndefined();
    expect(report.findings.filter((one) => one.cell === cell)).toMatchObject([
      {
        metric: 'state',
        verdict: 'unmeasured',
        reason: expect.stringContaining('its shapes differ (x: float32 1x3x32x32 → float32 1x3x256x256)'),
      },
    ]);
    // What has not changed its content is judged.
    expect(
      report.findings.some(({ workload, verdict }) => workload === 'lstm-rows' && verdict === 'ok'),
    ).toBe(true);
  });

  it('of another computation are judged where that is asked for, and labelled', () => {
    const sides = { baselines: [withContent(run(1), small)], candidate: withContent(run(2), large) };
    const names = { baselineName: 'before', candidateName: 'after', command: 'gate' };
    const report = storedReport({ ...sides, ...names, force: true }, settings, '2026-01-01');
    expect(report.findings.find((one) => one.cell === cell)?.verdict).toBe('ok');
    expect(report.notLikeForLike.join()).toContain('its shapes differ');
  });

  it('are held against those sessions of the baseline that computed the same', () => {
    const sessions = [withContent(run(1, { factor: 0.5 }), large), withContent(run(3), small)];
    expect(speedOf(sessions, withContent(run(2), small)).speed?.verdict).toBe('ok');
  });

  it('of a workload under another name are the same, and the former name is said', () => {
    const { report } = speedOf(
      [withContent(run(1), small, 'before')],
      withContent(run(2, { factor: 1.15 }), small),
    );
    const own = report.findings.filter((one) => one.cell === cell);
    expect(own.find(({ metric }) => metric === 'speed')).toMatchObject({
      verdict: 'regressed',
      reason: expect.stringContaining('the baseline calls it before'),
    });
    expect(report.findings.some(({ verdict }) => verdict === 'broken')).toBe(false);
  });

  it('of which one does not know its content are compared, and it is said what is not known', () => {
    const { report, speed } = speedOf([run(1)], withContent(run(2), small));
    expect(speed?.verdict).toBe('ok');
    expect(report.notLikeForLike.join()).toContain('matched by name alone');
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
