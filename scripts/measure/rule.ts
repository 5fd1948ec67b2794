/**
 * `npm run measure:rule`: the gate's decision rule, and those of today's practice, on noise whose truth is known. Bars: at
 * most 1 % false alarms, at least 95 % of true slowdowns of 5 % told, intervals that cover as often as they say.
 *
 * Options: `-- --draws 2000 --seed 1`. Exit status 1 where our rule misses a bar, or one of today's keeps them all.
 */
import { parseArgs } from 'node:util';
import { clopperPearson } from '../../common/statistics/binomial.js';
import { signedRankIntervalAt } from '../../common/statistics/signed-rank.js';
import { positiveInteger } from '../../common/values.js';
import { randomFor } from '../../runners/schedule/random.js';
import { type DecisionRule, logRatio, ourRule, tally, todaysRules } from './decision-rules.js';
import { publish } from './ledger.js';
import { type Draw, type NoiseFamily, noiseFamilies, roundsOf } from './noise-families.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: { draws: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const draws = positiveInteger(values.draws);
const seed = Number(values.seed);
const slowdown = Math.log(1.05);

const rows: string[][] = [];
let kept = true;
for (const rule of [ourRule, ...todaysRules]) {
  let keepsAll = true;
  for (const family of noiseFamilies) {
    const decide = (effect: number) => (draw: number) =>
      rule.decide(roundsOf(family, effect, drawing(rule, family.name, effect, draw)));
    const none = tally(draws, decide(0));
    const slow = tally(draws, decide(slowdown));
    const alarms = clopperPearson(none.regressed, draws, 0.95);
    const power = clopperPearson(slow.regressed, draws, 0.95);
    // A bar is missed where the whole interval of the simulation lies on the wrong side of it.
    const misses = [...(alarms.low > 0.01 ? ['alarms'] : []), ...(power.high < 0.95 ? ['power'] : [])];
    const coverage = rule === ourRule ? coverageOf(family) : null;
    if (coverage !== null && coverage.high < 0.99) misses.push('coverage');
    if (misses.length > 0) keepsAll = false;
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
  if (rule === ourRule ? !keepsAll : keepsAll) kept = false;
}
const head = [
  'rule',
  'noise',
  'false alarms (bar ≤ 1 %)',
  'told of +5 % (bar ≥ 95 %)',
  '99 % interval covers',
  'rounds',
  'bars kept',
];
publish('rule', markdownTable(head, rows), `npm run measure:rule -- --draws ${draws}`);
process.exitCode = kept ? 0 : 1;

/** How often the 99 % interval of twenty rounds holds the truth. */
function coverageOf(family: NoiseFamily): { covered: number; high: number } {
  let covered = 0;
  for (let draw = 0; draw < draws; draw++) {
    const rounds = roundsOf(family, slowdown, drawing(ourRule, `coverage ${family.name}`, slowdown, draw));
    const ratios = Array.from({ length: 20 }, () => logRatio(rounds.next().value));
    const interval = signedRankIntervalAt(ratios, 0.99);
    if (interval && interval.low <= slowdown && interval.high >= slowdown) covered++;
  }
  return { covered, high: clopperPearson(covered, draws, 0.95).high };
}

function share(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(1)} %`;
}

function drawing(rule: DecisionRule, ...purpose: (string | number)[]): Draw {
  const uniform = randomFor(seed, rule.name, ...purpose);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
