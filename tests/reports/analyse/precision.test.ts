/** Rounds go to what is not decided, and the intervals and decisions keep their word all the same. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import type { Interval } from '../../../common/statistics/interval.js';
import { isToldApart } from '../../../common/statistics/ranking.js';
import { adaptiveLooks, intervalOf, samplingOf } from '../../../common/statistics/sampling.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { opennessOf } from '../../../reports/analyse/open-comparisons.js';
import { precisionStoppingRule } from '../../../reports/analyse/precision.js';
import { validity } from '../../../reports/html/view/validity.js';
import { precisionText, roundsText } from '../../../reports/summary.js';
import { executeRun } from '../../../runners/schedule/run.js';
import { makeWorld, type ScriptedTarget, type WorldOptions } from '../../runners/schedule/scripted.js';
import { type Random, seededRandom } from '../random.js';

/** A target whose processes differ by luck that follows from their number. */
function target(name: string, iterationMs: number, noise = 0.02): ScriptedTarget {
  const salt = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const luck = (process: number) => Math.exp(noise * seededRandom(997 * salt + process).normal());
  return { name, iterationMs, startMs: 50, luck };
}

async function run(
  precision: number,
  targets: readonly ScriptedTarget[],
  options: Partial<WorldOptions> = {},
) {
  const world = makeWorld({
    targets,
    budgetMs: 3_600_000,
    stoppingRule: (manifest) => precisionStoppingRule(manifest, precision),
    ...options,
  });
  const ending = await executeRun(world.context);
  const events: RunEvent[] = [
    ...world.events,
    { atMs: world.nowMs(), type: 'ended', ending, stealShare: null },
  ];
  const manifest = { ...world.manifest, options: { ...world.manifest.options, precision } };
  return { results: analyse(manifest, events), events };
}

const fastAndSlow = (noise: number) => [target('a/fast', 20, noise), target('b/slow', 40, noise)];

/** Rounds that each target took part in, by its name. */
function roundsOf({ cells }: Awaited<ReturnType<typeof run>>['results']) {
  return new Map(cells.map((cell) => [cell.target, cell.rounds]));
}

describe('a run without a number of rounds', () => {
  it('ends at a planned look, with every comparison decided', async () => {
    const { results } = await run(0.02, fastAndSlow(0.02));
    expect(adaptiveLooks.looks.map((look) => look.rounds)).toContain(results.finishedRounds);
    expect(results.plannedRounds).toBe(results.finishedRounds);
    expect(opennessOf(results)).toEqual({ count: 1, open: [] });
    expect(precisionText(results)).toMatchObject({ good: true });
    const { ratio } = results.groups[0]!.comparisons[0]!;
    expect(ratio.level).toBe(0.95);
    expect(ratio.low).toBeLessThan(2);
    expect(ratio.high).toBeGreaterThan(2);
    for (const cell of results.cells) expect(cell.notes.join()).not.toContain('planned rounds');
  });

  it('takes more rounds for more, and says where the clock came first', async () => {
    const [coarse, fine] = [await run(0.05, fastAndSlow(0.02)), await run(0.01, fastAndSlow(0.02))];
    expect(fine.results.finishedRounds).toBeGreaterThan(coarse.results.finishedRounds);
    const cut = await run(0.005, fastAndSlow(0.05), { budgetMs: 20_000 });
    expect(precisionText(cut.results)).toMatchObject({
      good: false,
      text: expect.stringContaining('1 of 1 comparison is not decided'),
    });
  });

  it('all told apart but not known as well as was asked, names the command that would decide it', async () => {
    const { results } = await run(0.03, fastAndSlow(0.05), { budgetMs: 20_000 });
    expect(results.groups[0]!.comparisons.every(isToldApart)).toBe(true);
    const timed = { ...results, wallMs: { 'start-up': 20_000, measuring: 10_000, 'parity check': 9e6 } };
    const text = precisionText(timed, 'a run')!.text;
    const [, seconds] = /; `npm run bench -- --resume 'a run' --time (\d+)s` would\.$/.exec(text)!;
    const [open] = opennessOf(results).open;
    const needed = (open!.furtherRounds! * 30) / results.finishedRounds;
    expect(Number(seconds)).toBeGreaterThanOrEqual(needed);
    expect(Number(seconds)).toBeLessThan(needed + 30);
  });

  it('of too few rounds for intervals promises no more than those', async () => {
    const { results } = await run(0.03, fastAndSlow(0.05), { budgetMs: 20_000 });
    const timed = { ...results, finishedRounds: 2, wallMs: { measuring: 10_000 } };
    expect(precisionText(timed)!.text).toMatch(
      /`npm run bench -- --resume \S+ --time \d+s` would give them intervals\.$/,
    );
  });

  it('says where no run has the rounds, and proposes nothing where none can go on', async () => {
    const { results } = await run(0.0005, fastAndSlow(0.05), { budgetMs: 20_000 });
    const timed = { ...results, wallMs: { measuring: 10_000 } };
    expect(precisionText(timed)!.text).toMatch(/; they would take more than 60 rounds, which no run has\.$/);
    const machine = { ...results.machine, browser: 'a browser' };
    expect(precisionText({ ...timed, machine } as typeof timed)!.text).not.toMatch(/;|--resume/);
  });

  it('of which nothing was timed has decided nothing', async () => {
    const { results } = await run(0.05, fastAndSlow(0.02));
    expect(precisionText({ ...results, cells: [], groups: [] })).toEqual({
      good: false,
      text: 'Nothing was timed that could be compared.',
    });
  });

  it('gives the further rounds to the comparisons that are open, and says why', async () => {
    const targets = [target('a', 20), target('b', 20.2), target('c', 40, 0.001), target('far', 400)];
    const { results } = await run(0.02, targets);
    const rounds = roundsOf(results);
    expect(rounds.get('far')).toEqual({
      count: 3,
      reason: 'every cell is measured until the first look',
    });
    expect(rounds.get('c')!.count).toBeLessThan(rounds.get('b')!.count);
    expect(rounds.get('b')!.reason).toMatch(
      /^after \d+ rounds its ratio to a is known to ±.* %, ±2 % is asked$/,
    );
    expect(rounds.get('a')!.count).toBe(rounds.get('b')!.count);
    expect(roundsText(results)).toBe(`3 to ${results.finishedRounds} rounds a cell`);
    expect(validity(results).find(({ label }) => label === 'Rounds')?.text).toMatch(
      /not decided: 3 rounds for 1 cell, 5 for 1 cell and \d+ for 2 cells\.$/,
    );
  });

  it('starts no process of a target that nothing waits for', async () => {
    const { events } = await run(0.02, [
      target('a', 20, 0.01),
      target('b', 20.1, 0.01),
      target('far', 400, 0.001),
    ]);
    const started = events.flatMap((event) =>
      event.type === 'process' && event.target === 'far' && event.round !== null ? [event.round] : [],
    );
    expect(started).toEqual([0, 1, 2]);
  });

  it('stops where an uninterrupted run does when it resumes', async () => {
    const targets = [target('a', 20), target('b', 20.2), target('c', 26)];
    const whole = await run(0.02, targets);
    expect(whole.results.finishedRounds).toBeGreaterThan(5);
    const afterLook = whole.events.findIndex((event) => event.type === 'look' && event.round === 5);
    const resumed = await run(0.02, targets, { earlier: whole.events.slice(0, afterLook + 9) });
    const looks = (events: readonly RunEvent[]) =>
      events.flatMap((event) =>
        event.type === 'look' ? [[event.round, Object.keys(event.open).sort()]] : [],
      );
    expect(looks(resumed.events).slice(0, 2)).toEqual(looks(whole.events).slice(0, 2));
  });

  it('has a first round however small the budget, and three of the others before a slow one has its second', async () => {
    const targets = [target('a', 20), target('b', 24), target('slow', 3_000)];
    const { results: none } = await run(0.05, targets, { budgetMs: 10 });
    expect(none.cells.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    const { results } = await run(0.05, targets, { budgetMs: 9_000 });
    const rounds = roundsOf(results);
    expect(rounds.get('a')!.count).toBeGreaterThanOrEqual(3);
    expect(rounds.get('slow')!.count).toBeLessThan(rounds.get('a')!.count);
  });
});

const sampling = samplingOf({ precision: 0.01 });

/** The first interval that is narrow enough, or the last. */
function whereItStops(random: Random): Interval {
  const values: number[] = [];
  let interval: Interval | null = null;
  for (const { rounds } of adaptiveLooks.looks) {
    while (values.length < rounds) values.push(0.03 * random.normal());
    interval = intervalOf(sampling, values);
    if (interval && interval.high - interval.low < 0.05) break;
  }
  return interval!;
}

const excludesZero = ({ low, high }: Interval) => low > 0 || high < 0;

describe('its sampling', () => {
  it('has intervals that cover as they say though it stops when they are narrow', () => {
    const random = seededRandom(21);
    const draws = 1500;
    const missed = Array.from({ length: draws }, () => whereItStops(random)).filter(excludesZero).length;
    expect(clopperPearson(missed, draws).low).toBeLessThan(0.05);
  });

  it.each([3, 5, 8])('says by p-value and interval alike what is clear after %i rounds', (count) => {
    const random = seededRandom(22);
    for (const shift of [0, 0.02, 0.1, 0.3]) {
      const values = Array.from({ length: count }, () => shift + 0.03 * random.normal());
      expect((sampling.p(values) ?? 1) <= 0.05).toBe(excludesZero(intervalOf(sampling, values)!));
    }
  });

  it('names the method: by ranks only where the rounds carry the level of their look', () => {
    const methods = [2, 3, 8, 9, 12, 60].map((count) => sampling.critical(count)?.method);
    const student = "Student's t";
    expect(methods).toEqual([undefined, student, student, 'signed-rank', 'signed-rank', 'signed-rank']);
  });

  it('spends no part of the error probability twice on two cells, whichever rounds they share', () => {
    const looks = adaptiveLooks.looks.map(({ rounds }) => rounds);
    const steps = looks.map((rounds, index) => rounds - (looks[index - 1] ?? 0));
    for (let subset = 0; subset < 2 ** steps.length; subset++) {
      // The first step whole, or one round of it, as of a cell that is postponed.
      for (const first of [1, 3]) {
        const shares: (number | null)[] = [];
        let count = 0;
        steps.forEach((step, index) => {
          const isIn = (subset >> index) % 2 === 1;
          if (!isIn) return;
          count += index === 0 ? first : step;
          shares.push(sampling.share(count));
        });
        const spent = shares.filter((share) => share !== null);
        expect(new Set(spent).size).toBe(spent.length);
      }
    }
  });
});
