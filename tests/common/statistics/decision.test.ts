/** The gate's rule on noise whose truth is known; the whole table is `npm run measure:rule`. */
import { describe, expect, it } from 'vitest';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import {
  confirmed,
  controlPasses,
  defaultRule,
  lookRounds,
  placeOf,
  roundsToSettle,
  screened,
  shareOfFamily,
} from '../../../common/statistics/decision.js';
import {
  commonRules,
  type DecisionRule,
  gateRule,
  pooledWelch,
  tally,
} from '../../../scripts/measure/decision-rules.js';
import { noiseFamilies, roundsOf } from '../../../scripts/measure/noise-families.js';
import { seededRandom } from '../../reports/random.js';

const draws = 60;

function alarmsAndPower(rule: DecisionRule, family: (typeof noiseFamilies)[number]) {
  const random = seededRandom(3);
  const decide = (effect: number) => () => rule.decide(roundsOf(family, effect, random));
  return {
    alarms: tally(draws, decide(0)).regressed,
    told: tally(draws, decide(Math.log(1.05))).regressed,
  };
}

/** What a rule has to keep to be the gate's. */
function keepsItsWord(rule: DecisionRule): boolean {
  return noiseFamilies.every((family) => {
    const { alarms, told } = alarmsAndPower(rule, family);
    return clopperPearson(alarms, draws, 0.99).low <= 0.01 && clopperPearson(told, draws, 0.99).high >= 0.95;
  });
}

describe('on nine families of noise', () => {
  it('our rule raises no false alarms and tells 5 %', () => expect(keepsItsWord(gateRule)).toBe(true));

  it('the test can fail: sloppy rules do not keep it', () => {
    for (const rule of commonRules) expect(keepsItsWord(rule), rule.name).toBe(false);
    const hasty: DecisionRule = {
      name: 'screen only, at zero',
      decide(rounds) {
        const decision = gateRule.decide(rounds);
        return { ...decision, regressed: (decision.interval?.high ?? 0) > 0 };
      },
    };
    expect(keepsItsWord(hasty)).toBe(false);
  });

  it('pooled samples cry wolf because processes differ, which is what the families hold', () => {
    const bimodal = noiseFamilies.find(({ name }) => name === 'bimodal per process')!;
    expect(alarmsAndPower(pooledWelch, bimodal).alarms).toBeGreaterThan(draws / 20);
  });
});

describe('the rule', () => {
  const alike = (count: number, value = 0) =>
    Array.from({ length: count }, (_, i) => value + 0.001 * ((i % 3) - 1));

  it('settles in the screen only what lies within the margin on both sides', () => {
    expect(screened(alike(9), 0.02, defaultRule)).toBeUndefined();
    expect(screened(alike(10), 0.02, defaultRule)).toMatchObject({ verdict: 'ok', stage: 'screen' });
    expect(screened(alike(10, 0.1), 0.02, defaultRule)).toBeUndefined();
    expect(screened(alike(10, -0.1), 0.02, defaultRule)).toBeUndefined();
  });

  it('confirms on new rounds, at its looks only', () => {
    const [first = 0] = lookRounds(defaultRule);
    const judge = (value: number, count = first, isOver = false) =>
      confirmed(alike(count, value), count, 0.02, defaultRule, defaultRule.alpha, isOver)?.verdict;
    expect(judge(0.05)).toBe('regressed');
    expect(judge(-0.05)).toBe('improved');
    expect(judge(0)).toBe('ok');
    expect(judge(0.05, first + 1)).toBeUndefined();
    expect(judge(0.05, 3, true)).toBe('inconclusive');
    // A change as large as the margin is none that can be told from it.
    expect(judge(Math.log(1.02), defaultRule.confirmRounds)).toBe('inconclusive');
  });

  it('shares its error among all that are confirmed, and gives it on as Holm does', () => {
    expect(shareOfFamily(defaultRule, 1, 0)).toBe(0.01);
    expect(shareOfFamily(defaultRule, 20, 0)).toBeCloseTo(0.0025, 12);
    expect(shareOfFamily(defaultRule, 20, 15)).toBe(0.01);
  });

  it('a control that moves by itself does not pass', () => {
    const interval = (low: number, high: number) => ({ low, high, level: 0.99 });
    expect(controlPasses(interval(-0.03, 0.03), 0.02)).toBe(true);
    expect(controlPasses(interval(0.015, 0.03), 0.02)).toBe(false);
    expect(controlPasses(interval(-0.03, -0.015), 0.02)).toBe(false);
    expect(placeOf(interval(-0.05, 0.01), 0.02)).toBe('not worse');
  });

  it('says about how many rounds would tell', () => {
    const finding = {
      verdict: 'inconclusive' as const,
      stage: 'confirmation' as const,
      value: 0,
      interval: { low: -0.04, high: 0.04, level: 0.99 },
      rounds: 10,
    };
    expect(roundsToSettle(finding, 0.02)).toBe(41);
    expect(roundsToSettle({ ...finding, value: Math.log(1.02) }, 0.02)).toBeNull();
  });
});
