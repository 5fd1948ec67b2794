import { describe, expect, it } from 'vitest';
import { clopperPearson } from '../../../common/statistics/binomial.js';
import { findChanges } from '../../../reports/history/changes.js';
import { type Random, seededRandom } from '../random.js';

const noises: Record<string, (random: Random, count: number) => number[]> = {
  normal: (random, count) => Array.from({ length: count }, () => 0.02 * random.normal()),
  'heavy tail': (random, count) => Array.from({ length: count }, () => 0.01 * random.heavy()),
  autocorrelated: (random, count) => {
    let state = 0;
    return Array.from({ length: count }, () => {
      state = 0.5 * state + 0.0173 * random.normal();
      return state;
    });
  },
};

function times(noise: readonly number[], step: number, effect: number): number[] {
  return noise.map((value, index) => 1e6 * Math.exp(value + (index >= step ? effect : 0)));
}

describe.each(Object.entries(noises))('over runs with %s noise', (_, noise) => {
  it('a level that never changed is hardly ever confirmed to have', () => {
    const draws = 300;
    const random = seededRandom(11);
    let alarms = 0;
    for (let draw = 0; draw < draws; draw++) {
      const found = findChanges(times(noise(random, 20), 20, 0));
      if (found.some(({ standing }) => standing === 'confirmed')) alarms++;
    }
    expect(clopperPearson(alarms, draws).low).toBeLessThan(0.01);
  });
});

it('a step of 10 % is found where it is', () => {
  const draws = 200;
  const random = seededRandom(12);
  let found = 0;
  for (let draw = 0; draw < draws; draw++) {
    const changes = findChanges(times(noises.normal!(random, 20), 10, Math.log(1.1)));
    if (changes.some(({ standing, at }) => standing === 'confirmed' && Math.abs(at - 10) <= 1)) found++;
  }
  expect(clopperPearson(found, draws).high).toBeGreaterThan(0.95);
});

it('the last run against the one before, 5 % apart, cries wolf on the same noise', () => {
  const random = seededRandom(13);
  let alarms = 0;
  for (let draw = 0; draw < 200; draw++) {
    const runs = times(noises.normal!(random, 20), 20, 0);
    if (runs.some((time, index) => index > 0 && time > 1.05 * (runs[index - 1] ?? time))) alarms++;
  }
  expect(clopperPearson(alarms, 200).low).toBeGreaterThan(0.1);
});

it('too few runs since are suspected, and it says how many more would tell', () => {
  const noise = noises.normal!(seededRandom(14), 12);
  const [change] = findChanges(times(noise, 10, Math.log(1.3)));
  expect(change).toMatchObject({ at: 10, standing: 'suspected' });
  expect(change!.moreRuns).toBeGreaterThan(0);
});
