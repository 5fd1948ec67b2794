/** `--precision`: rounds go on until enough is known, and the intervals keep their word all the same. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import { precisionLooks, samplingOf } from '../../../common/statistics/sampling.js';
import type { Interval } from '../../../common/statistics/signed-rank.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { impreciseGroups, precisionStoppingRule } from '../../../reports/analyse/precision.js';
import { precisionText } from '../../../reports/summary.js';
import { executeRun } from '../../../runners/schedule/run.js';
import { makeWorld } from '../../runners/schedule/scripted.js';
import { type Random, seededRandom } from '../random.js';

async function run(precision: number, noise: number, budgetMs = 3_600_000) {
  const luck = (salt: number) => (process: number) =>
    Math.exp(noise * seededRandom(997 * salt + process).normal());
  const world = makeWorld({
    targets: [
      { name: 'a/fast', iterationMs: 1, startMs: 50, luck: luck(1) },
      { name: 'b/slow', iterationMs: 2, startMs: 50, luck: luck(2) },
    ],
    budgetMs,
    stoppingRule: (manifest) => precisionStoppingRule(manifest, precision),
  });
  const ending = await executeRun(world.context);
  const events: RunEvent[] = [
    ...world.events,
    { atMs: world.nowMs(), type: 'ended', ending, stealShare: null },
  ];
  const manifest = { ...world.manifest, options: { ...world.manifest.options, precision } };
  return analyse(manifest, events);
}

describe('a run until a precision', () => {
  it('ends at a planned look, with every ratio known so well', async () => {
    const results = await run(0.02, 0.02);
    expect(precisionLooks.looks.map((look) => look.rounds)).toContain(results.finishedRounds);
    expect(results.plannedRounds).toBe(results.finishedRounds);
    expect(impreciseGroups(results, 0.02)).toEqual([]);
    expect(precisionText(results)).toMatchObject({ good: true });
    const { ratio } = results.groups[0]!.comparisons[0]!;
    expect(ratio.level).toBe(0.95);
    expect(ratio.low).toBeLessThan(2);
    expect(ratio.high).toBeGreaterThan(2);
    for (const cell of results.cells) expect(cell.notes.join()).not.toContain('planned rounds');
  });

  it('takes more rounds for more, and says where the clock came first', async () => {
    const [coarse, fine] = [await run(0.03, 0.02), await run(0.01, 0.02)];
    expect(fine.finishedRounds).toBeGreaterThan(coarse.finishedRounds);
    const cut = await run(0.005, 0.05, 20_000);
    expect(precisionText(cut)).toMatchObject({ good: false, text: expect.stringContaining('not reached') });
  });
});

const sampling = samplingOf(0.01);

/** The first interval that is narrow enough, or the last. */
function whereItStops(random: Random): Interval {
  const values: number[] = [];
  let interval: Interval | null = null;
  for (const { rounds } of precisionLooks.looks) {
    while (values.length < rounds) values.push(0.03 * random.normal());
    interval = sampling.interval(values);
    if (interval && interval.high - interval.low < 0.05) break;
  }
  return interval!;
}

const excludesZero = ({ low, high }: Interval) => low > 0 || high < 0;

it('its intervals cover as they say though sampling stops when they are narrow', () => {
  const random = seededRandom(21);
  const draws = 1500;
  const missed = Array.from({ length: draws }, () => whereItStops(random)).filter(excludesZero).length;
  expect(clopperPearson(missed, draws).low).toBeLessThan(0.05);
});

it('its p-value and its interval agree on what is clear', () => {
  const random = seededRandom(22);
  for (const shift of [0, 0.05, 0.1]) {
    const values = Array.from({ length: 17 }, () => shift + 0.03 * random.normal());
    expect((sampling.p(values) ?? 1) <= 0.05).toBe(excludesZero(sampling.interval(values)!));
  }
});
