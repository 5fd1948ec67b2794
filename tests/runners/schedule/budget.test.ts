import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideBudget,
  divideSteps,
  divideWithPostponed,
  neededMs,
  postponedCells,
} from '../../../runners/schedule/budget.js';

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
    [
      'a gate',
      (budgetMs: number, startMs: number, cells: ReturnType<typeof cell>[], defaultRounds: number) =>
        divideSteps(budgetMs, startMs, cells, { minRounds: 1, defaultRounds }),
    ],
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

describe('divideSteps', () => {
  const planned = { minRounds: 3, defaultRounds: 8 };

  it('keeps the least number of rounds, with shorter turns', () => {
    const cells = [cell('a', 1), cell('b', 2), cell('c', 300)];
    const whole = divideSteps(60_000, 1_000, cells, planned);
    expect(whole.rounds).toBe(8);
    const short = divideSteps(5_000, 1_000, cells, planned);
    expect(short.rounds).toBe(3);
    expect(short.rounds * short.roundMs).toBeLessThanOrEqual(5_050);
    const tiny = divideSteps(500, 1_000, cells, planned);
    expect(tiny.rounds).toBe(3);
    for (const [name, share] of Object.entries(tiny.shares)) {
      expect(share.turns).toBeGreaterThanOrEqual(1);
      expect(share.warmNs).toBeGreaterThan(0);
      if (name !== 'c') expect(share.turns * share.turnNs).toBeLessThanOrEqual(40e6);
    }
  });

  it('gives a cell whose iteration exceeds its share one, behind one that warms up', () => {
    const { shares } = divideSteps(30_000, 1_000, [cell('a', 1), cell('b', 2_500)], planned);
    expect(shares['b']).toMatchObject({ turns: 1, turnNs: 0, warmNs: 1 });
  });
});

describe('postponedCells', () => {
  const fast = Array.from({ length: 9 }, (_, index) => cell(`fast ${index}`, 1));

  it('postpones none where the least number of rounds of all fits', () => {
    expect(postponedCells(60_000, 1_000, [...fast, cell('slow', 2_000)], 3)).toEqual([]);
  });

  it('postpones what would take more than its part, longest first, until the others fit', () => {
    const slow = [cell('slower', 3_000), cell('slowest', 4_000)];
    expect(postponedCells(30_000, 1_000, [...slow, ...fast], 3)).toEqual(['slowest']);
    expect(postponedCells(10_000, 1_000, [...slow, ...fast], 3)).toEqual(['slowest', 'slower']);
  });

  it('leaves what they do not take to the others', () => {
    const planned = { minRounds: 3, defaultRounds: 8 };
    const cells = [cell('slower', 3_000), cell('slowest', 4_000), ...fast];
    const { shares, rounds, postponed } = divideWithPostponed(20_000, 1_000, cells, planned);
    expect(postponed).toEqual(['slowest', 'slower']);
    expect(rounds).toBeGreaterThanOrEqual(3);
    expect(shares['slowest']).toMatchObject({ turns: 1, turnNs: 0 });
    expect(shares['fast 0']!.turns * shares['fast 0']!.turnNs).toBeGreaterThan(100e6);
    const whole = divideWithPostponed(60_000, 1_000, fast, planned);
    expect(whole).toEqual({ ...divideSteps(60_000, 1_000, fast, planned), postponed: [] });
  });

  it('postpones nothing that takes no more than its part, however small the budget', () => {
    expect(postponedCells(100, 1_000, fast.slice(0, 1), 3)).toEqual([]);
    expect(postponedCells(100, 0, fast, 3)).toEqual([]);
    expect(postponedCells(100, 0, fast, 1)).toEqual([]);
    expect(postponedCells(2_000, 2_000, fast, 3)).toEqual([]);
  });
});

it('what is needed for so many rounds is just enough for them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.array(fc.double({ min: 0.1, max: 900, noNaN: true }), { minLength: 1, maxLength: 9 }),
      (rounds, startMs, times) => {
        const cells = times.map((ms, index) => cell(String(index), ms));
        const needed = neededMs(rounds, startMs, cells);
        expect(divideBudget(needed * 1.001, startMs, cells, rounds).rounds).toBe(rounds);
        if (rounds > 1)
          expect(divideBudget(needed * 0.99, startMs, cells, rounds).rounds).toBeLessThan(rounds);
      },
    ),
  );
});
