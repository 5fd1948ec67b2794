/** A live gate from its first worker to its report, with scripted workers whose truth is known. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { defaultRule } from '../../../common/statistics/decision.js';
import { liveReport } from '../../../reports/regression/live.js';
import { versionChanges } from '../../../reports/regression/outputs/findings.js';
import { alphaFor } from '../../../reports/regression/replay.js';
import { gateReport } from '../../../reports/regression/report.js';
import { gateSettings } from '../../../reports/regression/settings.js';
import { gateStoppingRule } from '../../../reports/regression/stopping-rule.js';
import { executeRun } from '../../../runners/schedule/run.js';
import { makeWorld, type ScriptedTarget, type WorldOptions } from '../../runners/schedule/scripted.js';
import { seededRandom } from '../random.js';

const settings = gateSettings.parse({ version: 1 });

interface Scene {
  /** Time of the candidate ÷ that of the baseline. */
  readonly candidate?: Partial<ScriptedTarget> & { readonly ratio?: number };
  readonly control?: Partial<ScriptedTarget> & { readonly ratio?: number };
  readonly baseline?: Partial<ScriptedTarget>;
  /** Name of the baseline. */
  readonly other?: string;
  /** Standard deviation of the processes. */
  readonly noise?: number;
  readonly world?: Partial<WorldOptions>;
}

/** One target in three roles; processes differ by luck that follows from their number. */
async function gate({ candidate, control, baseline, noise = 0.005, world, other = 'a/b~baseline' }: Scene) {
  const lucky = (salt: number) => (process: number) =>
    Math.exp(noise * seededRandom(1000 * salt + process).normal());
  const role = (name: string, salt: number, own: Scene['candidate']): ScriptedTarget => ({
    name,
    iterationMs: 1 * (own?.ratio ?? 1),
    startMs: 100,
    luck: lucky(salt),
    ...own,
  });
  const names = { candidate: 'a/b', baseline: other, control: 'a/b~control' };
  const made = makeWorld({
    targets: [
      role(names.candidate, 1, candidate),
      role(names.baseline, 2, baseline),
      role(names.control, 3, control),
    ],
    budgetMs: 3_600_000,
    gate: { against: 'main', baselineName: 'main', candidateName: 'here', subjects: [names] },
    stoppingRule: (manifest) => gateStoppingRule(manifest, settings),
    ...world,
  });
  const ending = await executeRun(made.context);
  const events: RunEvent[] = [
    ...made.events,
    { atMs: made.nowMs(), type: 'ended', ending, stealShare: null },
  ];
  const report = liveReport(made.manifest, events, settings, { folder: 'run', today: '2026-01-01' });
  gateReport.parse(report);
  const speed = report.findings.find(({ metric }) => metric === 'speed');
  const rounds = new Set(made.events.flatMap((event) => (event.type === 'turn' ? [event.round] : []))).size;
  return { ...made, report, speed, rounds };
}

describe('a live gate', () => {
  it('lets through what is alike, after the screen alone', async () => {
    const { report, speed, rounds } = await gate({});
    expect(speed).toMatchObject({ verdict: 'ok', stage: 'screen' });
    expect(rounds).toBe(10);
    expect(report.exit).toBe(0);
    expect(report.findings.map(({ metric }) => metric).sort()).toEqual([
      'memory',
      'parity',
      'speed',
      'start-up',
    ]);
  });

  it('confirms a slowdown on new processes and says how large it is', async () => {
    const { report, speed, rounds } = await gate({ candidate: { ratio: 1.1 } });
    expect(speed).toMatchObject({ verdict: 'regressed', stage: 'confirmation' });
    expect(speed!.ratio!.low).toBeGreaterThan(1.02);
    expect(Math.abs(speed!.ratio!.value - 1.1)).toBeLessThan(0.01);
    expect(speed!.ratio!.rounds).toBe(rounds - 10);
    expect(report).toMatchObject({ exit: 1, summary: expect.stringContaining('1 regressed') });
  });

  it('treats an improvement alike, and that is no failure', async () => {
    const { report, speed } = await gate({ candidate: { ratio: 0.9 } });
    expect(speed).toMatchObject({ verdict: 'improved', stage: 'confirmation' });
    expect(report.exit).toBe(0);
  });

  it('believes no change where the baseline differs from itself', async () => {
    const { report, speed } = await gate({ candidate: { ratio: 1.1 }, control: { ratio: 1.06 } });
    expect(speed).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('own second copy'),
    });
    expect(report.exit).toBe(3);
  });

  it('does not guess what noise hides, and says how many rounds would tell', async () => {
    const { report, speed } = await gate({ candidate: { ratio: 1.02 }, noise: 0.05 });
    expect(speed?.verdict).toBe('inconclusive');
    expect(report.exit).toBe(3);
  });

  it('names versions alike on both sides, whatever the targets are called', async () => {
    const { report } = await gate({
      other: 'a@1.20.0/b',
      candidate: { versions: { engine: '1.30.0', shared: '7' } },
      baseline: { versions: { engine: '1.20.0', shared: '7' } },
    });
    expect(versionChanges(report)).toEqual(['engine: 1.20.0 → 1.30.0']);
  });

  it('a slower start is a regression of its own', async () => {
    const { report } = await gate({ candidate: { startMs: 150 } });
    expect(report.findings.find(({ metric }) => metric === 'start-up')).toMatchObject({
      verdict: 'regressed',
      cell: 'a/b',
    });
    expect(report.exit).toBe(1);
  });

  it('a cell that fails only now is broken, not skipped', async () => {
    const failing: Partial<ScriptedTarget> = {
      fail(body) {
        if (body.type === 'load') throw new Error('no such operator');
      },
    };
    const { report } = await gate({ candidate: failing });
    expect(report.findings).toEqual([
      expect.objectContaining({
        metric: 'state',
        verdict: 'broken',
        reason: expect.stringContaining('no such operator'),
      }),
    ]);
    expect(report.exit).toBe(1);
    const before = await gate({ baseline: failing, control: failing });
    expect(before.report.findings[0]).toMatchObject({
      verdict: 'unmeasured',
      reason: expect.stringContaining('new'),
    });
    expect(before.report.exit).toBe(4);
  });

  it('that the clock ends in the screen decides nothing', async () => {
    const { report, speed, rounds } = await gate({
      candidate: { ratio: 1.5 },
      world: { budgetMs: 2_000 },
    });
    expect(rounds).toBeLessThan(10);
    expect(speed).toMatchObject({ verdict: 'inconclusive', stage: 'screen' });
    expect(report.exit).toBe(3);
  });
});

it('shares its error among all that the screen left, and only a change gives its part on', () => {
  const decided = (stage: 'screen' | 'confirmation', verdict: 'ok' | 'regressed', count: number) =>
    Array.from({ length: count }, () => ({
      finding: { stage, verdict, value: 0, interval: null, rounds: 10 },
    }));
  const open = (count: number) => Array.from({ length: count });
  const alpha = (some: ReturnType<typeof decided>, left: number) =>
    alphaFor(defaultRule, { decided: some, undecided: open(left) });
  expect(alpha(decided('screen', 'ok', 30), 20)).toBeCloseTo(0.0025, 12);
  expect(alpha(decided('confirmation', 'ok', 18), 2)).toBeCloseTo(0.0025, 12);
  expect(alpha(decided('confirmation', 'regressed', 10), 10)).toBeCloseTo(0.005, 12);
});
