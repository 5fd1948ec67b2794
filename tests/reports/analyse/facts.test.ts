import { expect, it } from 'vitest';
import type { RunEvent } from '../../../common/run/run-folder.js';
import { collectFacts } from '../../../reports/analyse/facts.js';

const atMs = 0;
const schedule: RunEvent = { atMs, type: 'schedule', rounds: 60, stoppingRule: true, shares: {} };
const rounds = (from: number, to: number): RunEvent[] =>
  Array.from({ length: to - from }, (_, index) => ({ atMs, type: 'round', round: from + index }));
const look = (round: number, ...open: string[]): RunEvent => ({
  atMs,
  type: 'look',
  round,
  open: Object.fromEntries(open.map((cell) => [cell, 'not told apart'])),
});
const ended = (ending: 'finished' | 'interrupted'): RunEvent => ({
  atMs,
  type: 'ended',
  ending,
  stealShare: null,
});
const clockEnds = (...events: RunEvent[]) => collectFacts(events).clockEnds;

it('the clock ends a run whose comparisons are open, each time anew', () => {
  const first = [schedule, ...rounds(0, 3), look(3, 'a', 'b'), ...rounds(3, 4), ended('finished')];
  expect(clockEnds(...first)).toEqual([4]);
  expect(clockEnds(...first, ...rounds(4, 7), ended('finished'))).toEqual([4, 7]);
});

it('neither the rule nor the user is the clock', () => {
  const open = [schedule, ...rounds(0, 3), look(3, 'a', 'b')];
  expect(clockEnds(...open, ...rounds(3, 5), look(5), ended('finished'))).toEqual([]);
  expect(clockEnds(...open, ended('interrupted'))).toEqual([]);
  expect(clockEnds({ ...schedule, stoppingRule: undefined }, ...rounds(0, 3), ended('finished'))).toEqual([]);
});
