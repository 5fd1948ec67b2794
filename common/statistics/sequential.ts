/**
 * Sequential sampling: looking at the data while they come in, at a controlled rate of false alarms.
 *
 * The looks are fixed beforehand, and each spends a part of the error probability α (alpha spending: Lan and DeMets,
 * "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983; the power family of Kim and DeMets,
 * Biometrika 74, 1987, with exponent 1). The parts sum to α, and every look's interval is exact at its own level, so
 * by the union bound all looks together cover with probability 1 − α or more, whatever the dependence between them and
 * whatever rule stops the sampling. An interval from a plain 1 − α look, taken repeatedly until it pleases, does not.
 */
import { at } from './sequences.js';

export interface Look {
  /** Rounds after which it is taken. */
  readonly rounds: number;
  /** Level of the interval at this look. */
  readonly level: number;
}

export interface SequentialPlan {
  /** Level of all looks together. */
  readonly level: number;
  readonly looks: readonly Look[];
}

/** Growth of the number of rounds from one look to the next: looking more often would cost more than it saves. */
const growth = 1.5;

/**
 * Looks from `first` rounds on up to `max`, the last of which is always looked at.
 *
 * A look whose rounds do not suffice (the exact two-sided signed-rank interval of n rounds misses with probability
 * 2^(1−n) or more) leaves its part of α to the next.
 *
 * @throws RangeError where even `max` rounds carry no interval at the level
 */
export function planLooks(first: number, max: number, level: number): SequentialPlan {
  const alpha = 1 - level;
  const looks: Look[] = [];
  let spent = 0;
  for (const rounds of lookTimes(first, max)) {
    const part = alpha * (rounds / max) - spent;
    if (part < 2 ** (1 - rounds)) continue;
    spent += part;
    looks.push({ rounds, level: 1 - part });
  }
  if (looks.length === 0) throw new RangeError(`${max} rounds carry no interval at the level ${level}`);
  return { level, looks };
}

/**
 * Looks from `first` rounds on up to `max`, each of which spends `part` of the α that earlier ones left, and the last all the
 * rest. Intervals of so few rounds as the first ones have are Student's, whose critical values grow as a power of 1/α: a
 * tenth of the α widens the interval of 3 rounds 3.2 times, that of 60 rounds 1.4 times. The early looks are therefore given
 * the most.
 */
export function earlyLooks(first: number, max: number, level: number, part: number): SequentialPlan {
  let left = 1 - level;
  const times = lookTimes(first, max);
  const looks = times.map((rounds, index): Look => {
    const spent = index === times.length - 1 ? left : part * left;
    left -= spent;
    return { rounds, level: 1 - spent };
  });
  return { level, looks };
}

/** Counted back from the last, so that the last step, whose part of α decides most, is never a small one. */
function lookTimes(first: number, max: number): number[] {
  const times: number[] = [];
  for (let rounds = max; rounds >= first; rounds = Math.min(rounds - 1, Math.round(rounds / growth))) {
    times.unshift(rounds);
  }
  return times;
}

/** The look that is due after so many rounds, or undefined between looks. */
export function lookAt(plan: SequentialPlan, rounds: number): Look | undefined {
  return plan.looks.find((look) => look.rounds === rounds);
}

/** Of the α that is left when the clock ends a run, the share that is spent then; the rest is for a run that goes on. */
const shareAtClock = 0.8;

/**
 * The level for an interval from `rounds` rounds when nothing follows. Null before the first look.
 *
 * What a look left out has that look's level. What still took part when the clock ended the run is judged there: the
 * moment was fixed beforehand, so it is one more look, which spends most of what earlier looks left. The looks of a run that goes on
 * afterwards have their parts of the rest. Between two looks the part of the next one is spent.
 *
 * @param clockEnds finished rounds each time the clock ended the run, ascending
 */
export function levelAtEnd(
  plan: SequentialPlan,
  rounds: number,
  clockEnds: readonly number[] = [],
): number | null {
  const [first] = plan.looks;
  if (!first || rounds < first.rounds) return null;
  let left = 1;
  for (const [index, end] of clockEnds.entries()) {
    const isLast = index === clockEnds.length - 1;
    if (rounds < end) break;
    // A round that the clock broke off is one more for the cells that it reached.
    if (rounds === end || isLast) {
      const due = rounds === end ? (lookAt(plan, end)?.level ?? 1) : 1;
      return 1 - left * (1 - due + shareAtClock * alphaAfter(plan, end));
    }
    left *= 1 - shareAtClock;
  }
  const due = plan.looks.find((look) => look.rounds >= rounds) ?? at(plan.looks, plan.looks.length - 1);
  return 1 - left * (1 - due.level);
}

/** What the looks up to so many rounds leave of α. */
function alphaAfter({ level, looks }: SequentialPlan, rounds: number): number {
  const spent = looks.filter((look) => look.rounds <= rounds).map((look) => 1 - look.level);
  return 1 - level - spent.reduce((sum, part) => sum + part, 0);
}
