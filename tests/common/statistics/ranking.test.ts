import { expect, it } from 'vitest';
import { holm } from '../../../common/statistics/holm.js';
import { canRank, rankingAlpha, roundsToRank } from '../../../common/statistics/ranking.js';
import { signedRankP } from '../../../common/statistics/signed-rank.js';

const oneSided = (rounds: number) => Array.from({ length: rounds }, (_, index) => 0.1 + index / 100);

it.each([1, 2, 5, 14])(
  '%i comparisons can be separated by the clearest rounds there are, or not',
  (count) => {
    const rounds = roundsToRank(count);
    for (const [given, able] of [
      [rounds, true],
      [rounds - 1, false],
    ] as const) {
      const [clearest = 1] = holm([signedRankP(oneSided(given)), ...new Array<number>(count - 1).fill(1)]);
      expect(clearest <= rankingAlpha).toBe(able);
      expect(canRank(given, count)).toBe(able);
    }
  },
);
