/**
 * Rounds that go to what is not decided, simulated with the rule of a real run: how often targets that are equal are told apart at
 * any look, how often intervals hold the true ratio where the rounds ended, and how many rounds that took.
 */
import { at } from '../../common/at.js';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { hodgesLehmann } from '../../common/statistics/interval.js';
import { defaultPrecision, openPairs } from '../../common/statistics/precision.js';
import { median } from '../../common/statistics/quantiles.js';
import { type DecidedPair, decidePairs, isToldApart, rankingAlpha } from '../../common/statistics/ranking.js';
import { adaptiveLooks, intervalOf, samplingOf } from '../../common/statistics/sampling.js';
import { groupRounds, type NoiseFamily, noiseFamilies, randomSource } from './noise-families.js';
import { markdownTable, share } from './table.js';

interface Truth {
  readonly name: string;
  /** True log time of each target. */
  readonly effects: readonly number[];
}

const targets = 15;
const truths: readonly Truth[] = [
  { name: '2 equal', effects: [0, 0] },
  { name: `${targets} equal`, effects: new Array<number>(targets).fill(0) },
  // Targets whose comparisons are decided leave the others alone.
  {
    name: `${targets} in equal pairs, 25 % apart`,
    effects: Array.from({ length: targets }, (_, index) => Math.floor(index / 2) * Math.log(1.25)),
  },
];

/** A draw of fifteen targets takes fifty times as long as one of two. */
const largeGroupsPart = 5;

const sampling = samplingOf({ precision: defaultPrecision });

interface Simulated {
  /** Draws in which two equal targets were told apart at some look. */
  alarms: number;
  /** Intervals of neighbours in the final ranking, and how many hold the true ratio. */
  intervals: number;
  covered: number;
  /** Pairs of targets a quarter or more apart, and how many were told apart in the end. */
  different: number;
  told: number;
  /** Rounds of all targets together. */
  rounds: number;
}

/** @returns whether all is as the method says: ranks err in at most 5 %, and intervals cover at their level */
export function simulateAdaptiveRounds(draws: number, seed: number) {
  const findings = truths.flatMap((truth) =>
    noiseFamilies.map((family) => {
      const own = truth.effects.length > 2 ? Math.ceil(draws / largeGroupsPart) : draws;
      const found = simulate(family, truth, own, seed);
      const isRight =
        clopperPearson(found.alarms, own, 0.999).low <= rankingAlpha &&
        clopperPearson(found.covered, found.intervals, 0.999).high >= adaptiveLooks.level;
      const told = found.different === 0 ? '–' : share(found.told, found.different);
      const cells = [
        ...[truth.name, family.name, share(found.covered, found.intervals), share(found.alarms, own), told],
        ...[(found.rounds / (own * truth.effects.length)).toFixed(1), isRight ? 'yes' : 'no'],
      ];
      return { cells, isRight };
    }),
  );
  const head = [
    ...['targets', 'noise', 'coverage of neighbours (≥ 95 %)', 'equal targets told apart (≤ 5 %)'],
    ...['told apart of those ≥ 1.25', 'rounds of a target', 'requirements met'],
  ];
  const looks = adaptiveLooks.looks.map(({ rounds }) => rounds);
  return {
    introduction: `Rounds that go to what is not decided (the default: ±${100 * defaultPrecision} %), looks after ${looks.join(', ')} rounds: by Student's t until the rounds carry the level of their look by ranks. An error at any look counts. Groups of ${targets} have a fifth of the draws.`,
    table: markdownTable(
      head,
      findings.map(({ cells }) => cells),
    ),
    isAsExpected: findings.every(({ isRight }) => isRight),
  };
}

function simulate(family: NoiseFamily, truth: Truth, draws: number, seed: number): Simulated {
  const found = { alarms: 0, intervals: 0, covered: 0, different: 0, told: 0, rounds: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const random = randomSource(seed, 'adaptive', family.name, truth.name, draw);
    const { looks, rounds } = simulateRun(groupRounds(family, truth.effects, random), truth.effects.length);
    if (looks.some((look) => isAlarm(look, truth))) found.alarms += 1;
    found.rounds += rounds;
    assess(found, at(looks, -1), truth);
  }
  return found;
}

/** One run from its first round until nothing is open, or after the last look. */
function simulateRun(group: ReturnType<typeof groupRounds>, count: number) {
  /** Median of each round by target. */
  const medians = Array.from({ length: count }, () => new Map<number, number>());
  const looks: Look[] = [];
  let wanted: ReadonlySet<number> = new Set(medians.keys());
  let taken = 0;
  let round = 0;
  for (const { rounds } of adaptiveLooks.looks) {
    for (; round < rounds; round++) {
      const sides = group.next().value;
      for (const target of wanted) at(medians, target).set(round, median([...at(sides, target)]));
      taken += wanted.size;
    }
    const look = lookAt(medians);
    looks.push(look);
    wanted = look.open;
    if (wanted.size === 0) break;
  }
  return { looks, rounds: taken };
}

function isAlarm({ decided }: Look, { effects }: Truth): boolean {
  const told = decided.filter(isToldApart);
  return told.some(({ first, second }) => at(effects, first) === at(effects, second));
}

type Medians = readonly ReadonlyMap<number, number>[];

interface Look {
  /** Targets, fastest first. */
  readonly order: readonly number[];
  /** All pairs, by target. */
  readonly decided: readonly (DecidedPair & { readonly logRatios: readonly number[] })[];
  readonly open: Set<number>;
}

function lookAt(medians: Medians): Look {
  const order = orderOf(medians);
  const pairs = order.flatMap((first, place) =>
    order.slice(0, place).map((second) => {
      const logRatios = logRatiosOf(medians, first, second);
      return { first, second, logRatios, logRatio: median(logRatios), p: sampling.p(logRatios) };
    }),
  );
  const decided = decidePairs(pairs).map((pair, index) => ({ ...at(pairs, index), ...pair }));
  const pairAt = (first: number, second: number) => {
    const { logRatios, adjustedP } = at(decided, (first * (first - 1)) / 2 + second);
    const interval = intervalOf(sampling, logRatios);
    const ratio = {
      value: Math.exp(hodgesLehmann(logRatios)),
      low: interval && Math.exp(interval.low),
      high: interval && Math.exp(interval.high),
    };
    return { ratio, adjustedP };
  };
  const open = openPairs(order.length, pairAt, defaultPrecision);
  return {
    order,
    decided,
    open: new Set(open.flatMap(({ first, second }) => [at(order, first), at(order, second)])),
  };
}

function logRatiosOf(medians: Medians, first: number, second: number): number[] {
  const theirs = at(medians, second);
  return [...at(medians, first)].flatMap(([round, ours]) => {
    const other = theirs.get(round);
    return other === undefined ? [] : [ours - other];
  });
}

/** As reports order a group: by the ratio within rounds to a first guess at the fastest, then to the fastest. */
function orderOf(medians: Medians): number[] {
  const by = (baseline: number) => {
    const ratios = medians.map((_, target) => hodgesLehmann(logRatiosOf(medians, target, baseline)));
    return [...medians.keys()].sort((a, b) => at(ratios, a) - at(ratios, b));
  };
  const times = medians.map((own) => median([...own.values()]));
  const guess = times.indexOf(Math.min(...times));
  return by(at(by(guess), 0));
}

function assess(found: Simulated, { order, decided }: Look, { effects }: Truth): void {
  for (const { first, second, logRatios, adjustedP } of decided) {
    const truth = at(effects, first) - at(effects, second);
    if (Math.abs(truth) > Math.log(1.2)) {
      found.different += 1;
      if (isToldApart({ adjustedP })) found.told += 1;
    }
    if (order.indexOf(first) !== order.indexOf(second) + 1) continue;
    const interval = intervalOf(sampling, logRatios);
    found.intervals += 1;
    if (interval && interval.low <= truth && truth <= interval.high) found.covered += 1;
  }
}
