/**
 * What three to ten rounds are worth, simulated: the coverage of their intervals, how often ranks separate targets that are equal,
 * and how often they separate two whose ratio is 1.25 among fifteen.
 */
import { at } from '../../common/at.js';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { median } from '../../common/statistics/quantiles.js';
import { decidePairs, isToldApart, rankingAlpha } from '../../common/statistics/ranking.js';
import { fixedSampling, intervalOf } from '../../common/statistics/sampling.js';
import { groupRounds, type NoiseFamily, noiseFamilies, randomSource } from './noise-families.js';
import { markdownTable, share } from './table.js';

const targets = 15;
const rounds = [3, 4, 5, 6, 8, 10];
const difference = Math.log(1.25);

interface Simulated {
  /** Intervals of two equal targets each, and how many of them hold the ratio 1. */
  readonly intervals: number;
  readonly covered: number;
  /** Draws in which some pair of equal targets was told apart. */
  readonly alarms: number;
  /** Draws in which the one slower target was told apart from a second one. */
  readonly told: number;
}

/** @returns whether all is as the method says: ranks err in at most 5 %, and intervals cover at their level */
export function simulateFewRounds(draws: number, seed: number) {
  const findings = noiseFamilies.flatMap((family) =>
    rounds.map((count) => {
      const found = simulate(family, count, draws, seed);
      const level = intervalOf(fixedSampling, new Array<number>(count).fill(0))?.level ?? 1;
      const isRight =
        clopperPearson(found.alarms, draws, 0.999).low <= rankingAlpha &&
        clopperPearson(found.covered, found.intervals, 0.999).high >= level;
      const cells = [
        ...[family.name, String(count), `${share(found.covered, found.intervals)} of ${100 * level} %`],
        ...[share(found.alarms, draws), share(found.told, draws), isRight ? 'yes' : 'no'],
      ];
      return { cells, isRight };
    }),
  );
  const head = [
    ...['noise', 'rounds', 'coverage of the interval', 'equal targets told apart (≤ 5 %)'],
    ...['ratio of 1.25 told apart', 'requirements met'],
  ];
  return {
    introduction: `Intervals and ranks of few rounds, ${targets} targets in a group: by Student's t below six rounds, signed-rank from six on; ranks by Student's t, Holm-adjusted over all ${(targets * (targets - 1)) / 2} pairs.`,
    table: markdownTable(
      head,
      findings.map(({ cells }) => cells),
    ),
    isAsExpected: findings.every(({ isRight }) => isRight),
  };
}

function simulate(family: NoiseFamily, count: number, draws: number, seed: number): Simulated {
  const found = { intervals: 0, covered: 0, alarms: 0, told: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const random = randomSource(seed, 'few rounds', family.name, count, draw);
    const equal = new Array<number>(targets).fill(0);
    const group = groupRounds(family, equal, random);
    const medians = Array.from({ length: count }, () => group.next().value.map(median));
    const logRatios = (first: number, second: number) =>
      medians.map((round) => at(round, first) - at(round, second));
    // Pairs of different targets, so that they are independent of each other.
    for (let first = 1; first < targets; first += 2) {
      const interval = intervalOf(fixedSampling, logRatios(first, first - 1));
      found.intervals += 1;
      if (interval && interval.low <= 0 && interval.high >= 0) found.covered += 1;
    }
    const pairs = equal.flatMap((_, first) =>
      equal.slice(0, first).map((__, second) => pairOf(first, second, logRatios(first, second))),
    );
    if (decidePairs(pairs).some(isToldApart)) found.alarms += 1;
    // The last one slower, all else as before.
    const last = targets - 1;
    const slowed = pairs.map((pair) =>
      pair.first === last
        ? pairOf(
            last,
            pair.second,
            logRatios(last, pair.second).map((ratio) => ratio + difference),
          )
        : pair,
    );
    const decided = decidePairs(slowed).find(({ first, second }) => first === last && second === 0);
    if (decided && isToldApart(decided)) found.told += 1;
  }
  return found;
}

function pairOf(first: number, second: number, logRatios: readonly number[]) {
  return { first, second, logRatio: median(logRatios), p: fixedSampling.p(logRatios) };
}
