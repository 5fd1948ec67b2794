import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideBudget, divideSteps } from '../../../runners/schedule/budget.js';

const cell = (name: string, iterationMs: number) => ({
  cell: name,
  iterationNs: iterationMs * 1e6,
  loadNs: 5e6,
});

describe('divideBudget', () => {
  it('plans the eight rounds of a 99 % interval where they fit', () => {
    const { rounds } = divideBudget(20_000, 1_000, [cell('a', 1), cell('b', 300)], undefined);
    expect(rounds).toBeGreaterThanOrEqual(8);
  });

  it('gives up rounds before it gives up cells', () => {
    const { rounds, shares } = divideBudget(7_000, 1_000, [cell('a', 1), cell('b', 2_000)], undefined);
    expect(rounds).toBeLessThan(8);
    expect(Object.keys(shares)).toEqual(['a', 'b']);
    expect(shares['b']).toMatchObject({ turns: 1, turnNs: 0 });
    expect(shares['b']?.warmNs).toBeGreaterThan(0);
    expect(shares['b']?.note).toContain('one iteration a round');
    expect(shares['a']?.note).toBeNull();
  });

  it.each([
    ['a run', divideBudget],
    ['a gate', divideSteps],
  ] as const)('gives up rounds before it times anything cold: %s', (_, divide) => {
    // Sixty rounds of starts alone would take all of this budget.
    const cells = [cell('candidate', 0.221), cell('baseline', 0.219), cell('other', 0.83)];
    const { rounds, shares } = divide(60_000, 1_250, cells, 60);
    expect(rounds).toBeLessThan(60);
    for (const share of Object.values(shares)) {
      expect(share.note).toBeNull();
      expect(share.warmNs).toBeGreaterThanOrEqual(10e6);
      expect(share.turns * share.turnNs).toBeGreaterThanOrEqual(20e6);
    }
    expect(shares['candidate']?.turns).toBe(shares['baseline']?.turns);
  });

  it('spends more time on more rounds before longer turns', () => {
    const cells = [cell('a', 1), cell('b', 2)];
    const shorter = divideBudget(10_000, 500, cells, undefined);
    const longer = divideBudget(60_000, 500, cells, undefined);
    expect(longer.rounds).toBeGreaterThan(shorter.rounds);
  });

  it('keeps to the rounds that were asked for where they fit', () => {
    expect(divideBudget(60_000, 500, [cell('a', 1)], 12).rounds).toBe(12);
    expect(divideBudget(2_000, 500, [cell('a', 1)], 12).rounds).toBeLessThan(12);
  });

  it('never plans more than the budget when a single round fits it', () => {
    const cells = fc.array(fc.double({ min: 0.01, max: 3_000, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        cells,
        fc.integer({ min: 100, max: 5_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        (times, startMs, budgetMs) => {
          const costs = times.map((ms, index) => cell(String(index), ms));
          const schedule = divideBudget(budgetMs, startMs, costs, undefined);
          expect(Object.keys(schedule.shares)).toHaveLength(costs.length);
          for (const share of Object.values(schedule.shares)) expect(share.turns).toBeGreaterThanOrEqual(1);
          if (schedule.rounds > 1)
            expect(schedule.rounds * schedule.roundMs).toBeLessThanOrEqual(budgetMs * 1.01);
        },
      ),
    );
  });
});
