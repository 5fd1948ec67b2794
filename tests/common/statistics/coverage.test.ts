/**
 * The rule itself, tested on noise with a known truth: within-round log ratios of round medians, Hodges–Lehmann,
 * signed-rank interval. A pooled Welch test, which takes iterations for replicates, must fail the same suite.
 */
import { describe, expect, it } from 'vitest';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import { median } from '../../../common/statistics/quantiles.js';
import { signedRankInterval } from '../../../common/statistics/signed-rank.js';
import { type Random, seededRandom } from '../../reports/random.js';

const runs = 1500;
const iterations = 15;
const trueLogRatio = Math.log(1.1);

/** Log times of one process. `common` is what both processes of a round share, such as a hot machine. */
type Noise = (random: Random, common: number) => number[];
const times = (draw: () => number): number[] => Array.from({ length: iterations }, draw);

const families: Record<string, Noise> = {
  'independent normal': (random, common) => times(() => common + 0.05 * random.normal()),
  'process effect': (random, common) => {
    const process = 0.05 * random.normal();
    return times(() => common + process + 0.01 * random.normal());
  },
  'heavy-tailed process effect and iterations': (random, common) => {
    const process = 0.02 * random.heavy();
    return times(() => common + process + 0.02 * random.heavy());
  },
  'two regimes': (random, common) => {
    const slow = random.uniform() < 0.3 ? 0.2 : 0;
    return times(() => common + slow + 0.01 * random.normal());
  },
  'warm-up step': (random, common) => {
    const until = random.integer(5);
    let index = 0;
    return times(() => common + (index++ < until ? 0.5 : 0) + 0.03 * random.normal());
  },
  'coarse timer': (random, common) =>
    times(() => common + Math.round(random.normal() * 3 + 6 * random.normal()) / 100),
};

type Rule = (first: number[][], second: number[][]) => { low: number; high: number; level: number } | null;

const paired: Rule = (first, second) =>
  signedRankInterval(first.map((process, round) => median(process) - median(second[round]!)));

/** What many tools do: all iterations of all processes in one pot. 2.58 is the normal 99 % quantile. */
const pooledWelch: Rule = (first, second) => {
  const [a, b] = [first.flat(), second.flat()].map((all) => {
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const squares = all.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return { mean, squaredError: squares / (all.length - 1) / all.length };
  }) as [{ mean: number; squaredError: number }, { mean: number; squaredError: number }];
  const half = 2.58 * Math.sqrt(a.squaredError + b.squaredError);
  return { low: a.mean - b.mean - half, high: a.mean - b.mean + half, level: 0.99 };
};

/** Largest coverage that the simulation is compatible with, and what was claimed. */
function coverage(rule: Rule, noise: Noise, rounds: number, seed: number) {
  const random = seededRandom(seed);
  let covered = 0;
  let level = 0;
  for (let run = 0; run < runs; run++) {
    const drift = Array.from({ length: rounds }, (_, round) => 0.02 * round + 0.1 * random.normal());
    const first = drift.map((common) => noise(random, common + trueLogRatio));
    const second = drift.map((common) => noise(random, common));
    const interval = rule(first, second)!;
    level = interval.level;
    if (interval.low <= trueLogRatio && trueLogRatio <= interval.high) covered++;
  }
  return { highest: clopperPearson(covered, runs, 0.999).high, level };
}

describe.each(Object.keys(families))('%s', (name) => {
  it.each([6, 8, 12])('%i rounds: the true ratio is covered as often as claimed', (rounds) => {
    const { highest, level } = coverage(paired, families[name]!, rounds, rounds);
    expect(level).toBe(rounds < 8 ? 0.95 : 0.99);
    expect(highest).toBeGreaterThanOrEqual(level);
  });
});

it('a pooled Welch interval fails this suite where processes differ', () => {
  for (const name of ['process effect', 'heavy-tailed process effect and iterations', 'two regimes']) {
    const { highest, level } = coverage(pooledWelch, families[name]!, 8, 1);
    expect(highest).toBeLessThan(level - 0.05);
  }
});

it('the interval narrows with rounds: it is not merely always wide', () => {
  const random = seededRandom(7);
  const width = (rounds: number) => {
    const draws = Array.from({ length: 200 }, () => {
      const interval = signedRankInterval(Array.from({ length: rounds }, () => random.normal()))!;
      return interval.high - interval.low;
    });
    return median(draws);
  };
  // 99 % of a normal mean from 20 values is about ± 0.64 standard deviations.
  expect(width(20)).toBeLessThan(1.6);
  expect(width(20)).toBeLessThan(width(8));
});
