/** Statistics of samples in the order in which they were taken, and of looking at them more than once. */
import { describe, expect, it } from 'vitest';
import { effectiveSampleSize, effectiveSampleSizeOf } from '../../../common/statistics/autocorrelation.js';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import { changePoints } from '../../../common/statistics/change-points.js';
import { foreignLoad, type WitnessedTurn } from '../../../common/statistics/interference.js';
import { minValuesFor, percentile } from '../../../common/statistics/percentiles.js';
import { earlyLooks, levelAtEnd, lookAt, planLooks } from '../../../common/statistics/sequential.js';
import { signedRankInterval, signedRankIntervalAt } from '../../../common/statistics/signed-rank.js';
import { steadyState } from '../../../common/statistics/steady-state.js';
import { type Random, seededRandom } from '../../reports/random.js';

const steps = (random: Random, levels: readonly (readonly [count: number, us: number])[], noise = 0.01) =>
  levels.flatMap(([count, us]) =>
    Array.from({ length: count }, () => 1000 * us * Math.exp(noise * random.normal())),
  );

/** Share of `runs` in which `holds`, as the interval that is compatible with it. */
function share(runs: number, holds: (random: Random) => boolean) {
  const random = seededRandom(7);
  let count = 0;
  for (let run = 0; run < runs; run++) if (holds(random)) count++;
  return clopperPearson(count, runs, 0.999);
}

describe('steady state', () => {
  const random = seededRandom(1);
  it.each([
    ['steady', [[200, 50]], 0],
    [
      'warm-up',
      [
        [60, 80],
        [200, 50],
      ],
      60,
    ],
    [
      'slow-down',
      [
        [60, 50],
        [200, 58],
      ],
      60,
    ],
    [
      'cyclic',
      [
        [60, 50],
        [60, 60],
        [60, 50],
        [60, 60],
        [60, 50],
      ],
      0,
    ],
    [
      'never steady',
      [
        [150, 80],
        [80, 60],
        [20, 45],
      ],
      0,
    ],
    ['too few', [[19, 50]], 0],
  ] as const)('%s', (label, levels, from) => {
    const state = steadyState(steps(random, levels));
    expect(state.label).toBe(label);
    expect(Math.abs(state.steadyFrom - from)).toBeLessThanOrEqual(3);
  });

  it('finds no change in noise, outliers and slow wandering included, in 99 of 100 processes', () => {
    const outliers = (draw: Random) => (draw.uniform() < 0.03 ? 3 : 1);
    const plain = share(400, (draw) => {
      const samples = steps(draw, [[150, 50]], 0.03).map((ns) => ns * outliers(draw));
      return steadyState(samples).label === 'steady';
    });
    expect(plain.high).toBeGreaterThan(0.99);
    const wandering = share(200, (draw) => {
      let state = 0;
      const samples = Array.from({ length: 200 }, () => {
        state = 0.6 * state + 0.01 * draw.normal();
        return 5e4 * Math.exp(state);
      });
      return steadyState(samples).label === 'steady';
    });
    expect(wandering.high).toBeGreaterThan(0.97);
  });

  it('finds a warm-up of 10 % in samples with noise of 3 %', () => {
    const found = share(200, (draw) => {
      const state = steadyState(
        steps(
          draw,
          [
            [60, 55],
            [140, 50],
          ],
          0.03,
        ),
      );
      return state.label === 'warm-up' && Math.abs(state.steadyFrom - 60) < 10;
    });
    expect(found.low).toBeGreaterThan(0.9);
  });
});

it('change points of a clean step are where it is, and levels closer than asked are one', () => {
  const values = [...Array(20).fill(1), ...Array(30).fill(2)].map(
    (level, index) => level + 0.01 * (index % 3),
  );
  expect(changePoints(values, 0.1).map(({ from, to }) => [from, to])).toEqual([
    [0, 20],
    [20, 50],
  ]);
  expect(changePoints(values, 1.5)).toHaveLength(1);
  expect(changePoints([1, 2], 0.1)).toEqual([{ from: 0, to: 2, mean: 1.5 }]);
});

it('the effective sample size is that of theory for autoregression', () => {
  const random = seededRandom(3);
  for (const dependence of [0, 0.5, 0.8]) {
    let state = 0;
    const values = Array.from({ length: 20_000 }, () => {
      state = dependence * state + random.normal();
      return state;
    });
    const expected = (values.length * (1 - dependence)) / (1 + dependence);
    expect(effectiveSampleSize(values) / expected).toBeGreaterThan(0.85);
    expect(effectiveSampleSize(values) / expected).toBeLessThan(1.15);
  }
  expect(effectiveSampleSize([1, 1, 1, 1, 1, 1, 1, 1, 1, 1])).toBe(10);
  expect(effectiveSampleSize([3, 1])).toBe(2);
});

it('processes that differ are worth as many values as there are processes', () => {
  const random = seededRandom(4);
  const processes = (between: number) =>
    Array.from({ length: 10 }, () => {
      const own = between * random.normal();
      return Array.from({ length: 200 }, () => own + random.normal());
    });
  expect(effectiveSampleSizeOf(processes(0))).toBeGreaterThan(1000);
  // ρ = 1/2: 2000 / (1 + 199/2) = 20.
  expect(effectiveSampleSizeOf(processes(1))).toBeGreaterThan(10);
  expect(effectiveSampleSizeOf(processes(1))).toBeLessThan(50);
  expect(effectiveSampleSizeOf(processes(100))).toBeLessThan(10.1);
  expect(effectiveSampleSizeOf([[1], [2], [3]])).toBe(3);
  expect(effectiveSampleSizeOf([])).toBe(0);
});

describe('percentiles', () => {
  it('need as many samples as their tail takes', () => {
    // 0.975 = 1 − 0.99^n gives 367.04; the median needs 6 by 2·0.5^n ≤ 0.05; David and Nagaraja, 7.1.
    expect([0.5, 0.9, 0.99].map((each) => minValuesFor(each))).toEqual([6, 36, 368]);
    expect(percentile(Array(367).fill(1), 0.99)).toBeNull();
    expect(percentile([], 0.5)).toBeNull();
  });

  it('cover the true one as often as they say, and are wider for fewer effective samples', () => {
    const covered = share(1500, (random) => {
      const values = Array.from({ length: 120 }, () => random.uniform());
      const { interval } = percentile(values, 0.9)!;
      return interval.low <= 0.9 && 0.9 <= interval.high;
    });
    expect(covered.high).toBeGreaterThan(0.95);
    const values = Array.from({ length: 400 }, (_, index) => index);
    const [wide, narrow] = [percentile(values, 0.5, 0.95, 40)!, percentile(values, 0.5)!];
    expect(wide.interval.low).toBeLessThan(narrow.interval.low);
    expect(wide.interval.high).toBeGreaterThan(narrow.interval.high);
    expect(wide.value).toBe(narrow.value);
  });
});

describe('sequential looks', () => {
  const plan = planLooks(8, 40, 0.99);

  it('spend all of the error probability and no more', () => {
    const spent = plan.looks.reduce((sum, look) => sum + 1 - look.level, 0);
    expect(spent).toBeCloseTo(0.01, 12);
    expect(plan.looks.at(-1)?.rounds).toBe(40);
    for (const { rounds, level } of plan.looks)
      expect(signedRankIntervalAt(Array(rounds).fill(1), level)).not.toBeNull();
    expect(lookAt(plan, plan.looks[0]!.rounds)).toBe(plan.looks[0]);
    expect(levelAtEnd(plan, 7)).toBeNull();
    expect(() => planLooks(4, 6, 0.99)).toThrow(RangeError);
  });

  it('that spend early give each a part of what is left, and the last the rest', () => {
    const { looks } = earlyLooks(3, 60, 0.95, 0.25);
    expect(looks.map(({ rounds }) => rounds)).toEqual([3, 5, 8, 12, 18, 27, 40, 60]);
    const spent = looks.map(({ level }) => 1 - level);
    expect(spent[0]).toBeCloseTo(0.0125, 12);
    expect(spent[1]).toBeCloseTo(0.009375, 12);
    expect(spent.reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.05, 12);
  });

  it('keep their word when sampling stops as soon as zero is excluded; a plain interval does not', () => {
    const excludes = (random: Random, levelOf: (rounds: number) => number | undefined) => {
      const values: number[] = [];
      return plan.looks.some(({ rounds }) => {
        while (values.length < rounds) values.push(random.heavy());
        const level = levelOf(rounds);
        const interval =
          level === undefined ? signedRankInterval(values) : signedRankIntervalAt(values, level);
        return interval !== null && (interval.low > 0 || interval.high < 0);
      });
    };
    expect(
      share(4000, (random) => excludes(random, (rounds) => lookAt(plan, rounds)?.level)).low,
    ).toBeLessThan(0.01);
    expect(share(4000, (random) => excludes(random, () => undefined)).low).toBeGreaterThan(0.01);
  });
});

it('large samples have nearly the interval of the exact distribution', () => {
  const random = seededRandom(5);
  const values = Array.from({ length: 151 }, () => random.normal());
  const [exact, approximate] = [
    signedRankIntervalAt(values.slice(0, 150), 0.99)!,
    signedRankIntervalAt(values, 0.99)!,
  ];
  expect(approximate.high - approximate.low).toBeCloseTo(exact.high - exact.low, 1);
});

it('turns are marked for what happened beside them, never for their own times', () => {
  const quiet = { workNs: [200e3, 210e3] as const, waitNs: 1e6, stolenTicks: 0 };
  const turn = (witness: WitnessedTurn['witness'], lengthNs = 40e6) => ({ target: 'a/b', lengthNs, witness });
  const usual = Array.from({ length: 9 }, () => turn(quiet));
  const marks = foreignLoad([
    ...usual,
    turn(quiet, 400e6),
    turn({ ...quiet, stolenTicks: 1 }),
    turn({ ...quiet, waitNs: 10e6 }),
    turn({ ...quiet, workNs: [200e3, 400e3] }),
    turn(null),
  ]);
  expect(marks.map((mark) => mark !== null)).toEqual([
    ...usual.map(() => false),
    false,
    true,
    true,
    true,
    false,
  ]);
});
