/**
 * `npm run measure:rule`: simulates the gate's decision rule, and common alternatives, on families of noise with a known effect.
 * Requirements: at most 1 % false alarms, at least 95 % power at a slowdown of 5 %, intervals with their nominal coverage. Then the
 * intervals and ranks of few rounds (`few-rounds.ts`), and rounds that go to what is not decided (`adaptive-rounds.ts`).
 *
 * Options: `-- --draws 2000 --seed 1`. Exit status 1 if the gate's rule or a rank misses a requirement, or an alternative meets
 * all of them.
 */
import { parseArgs } from 'node:util';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { signedRankIntervalAt } from '../../common/statistics/signed-rank.js';
import { positiveInteger } from '../../common/values.js';
import { simulateAdaptiveRounds } from './adaptive-rounds.js';
import { commonRules, gateRule, logRatio, tally } from './decision-rules.js';
import { simulateFewRounds } from './few-rounds.js';
import { publish } from './ledger.js';
import { type NoiseFamily, noiseFamilies, randomSource, roundsOf } from './noise-families.js';
import { markdownTable, share } from './table.js';

const { values } = parseArgs({
  options: { draws: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const draws = positiveInteger(values.draws);
const seed = Number(values.seed);
const slowdown = Math.log(1.05);

const rows: string[][] = [];
let isAsExpected = true;
for (const rule of [gateRule, ...commonRules]) {
  let meetsAll = true;
  for (const family of noiseFamilies) {
    const decide = (effect: number) => (draw: number) =>
      rule.decide(roundsOf(family, effect, randomSource(seed, rule.name, family.name, effect, draw)));
    const none = tally(draws, decide(0));
    const slow = tally(draws, decide(slowdown));
    const alarms = clopperPearson(none.regressed, draws, 0.95);
    const power = clopperPearson(slow.regressed, draws, 0.95);
    // A requirement is missed if the whole interval of the simulated rate is on the wrong side of it.
    const misses = [...(alarms.low > 0.01 ? ['alarms'] : []), ...(power.high < 0.95 ? ['power'] : [])];
    const coverage = rule === gateRule ? coverageOf(family) : null;
    if (coverage !== null && coverage.high < 0.99) misses.push('coverage');
    if (misses.length > 0) meetsAll = false;
    rows.push([
      rule.name,
      family.name,
      share(none.regressed, draws),
      share(slow.regressed, draws),
      coverage === null ? '–' : share(coverage.covered, draws),
      none.rounds.toFixed(1),
      misses.length === 0 ? 'yes' : `no: ${misses.join(', ')}`,
    ]);
  }
  if (meetsAll !== (rule === gateRule)) isAsExpected = false;
}
const head = [
  'rule',
  'noise',
  'false alarms (≤ 1 %)',
  'power at +5 % (≥ 95 %)',
  'coverage of the 99 % interval',
  'rounds',
  'requirements met',
];
const few = simulateFewRounds(draws, seed);
const adaptive = simulateAdaptiveRounds(draws, seed);
publish(
  'rule',
  [markdownTable(head, rows), few.introduction, few.table, adaptive.introduction, adaptive.table].join(
    '\n\n',
  ),
  `npm run measure:rule -- --draws ${draws}`,
);
process.exitCode = isAsExpected && few.isAsExpected && adaptive.isAsExpected ? 0 : 1;

/** How often the 99 % interval of twenty rounds contains the true effect. */
function coverageOf(family: NoiseFamily): { covered: number; high: number } {
  let covered = 0;
  for (let draw = 0; draw < draws; draw++) {
    const rounds = roundsOf(
      family,
      slowdown,
      randomSource(seed, gateRule.name, `coverage ${family.name}`, slowdown, draw),
    );
    const ratios = Array.from({ length: 20 }, () => logRatio(rounds.next().value));
    const interval = signedRankIntervalAt(ratios, 0.99);
    if (interval && interval.low <= slowdown && interval.high >= slowdown) covered++;
  }
  return { covered, high: clopperPearson(covered, draws, 0.95).high };
}
