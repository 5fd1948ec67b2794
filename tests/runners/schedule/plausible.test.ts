import { expect, it } from 'vitest';
import { implausibility } from '../../../runners/schedule/plausible.js';

const asked = { maxIterations: 100, steps: 0 };
const turn = (samplesNs: number[], losses: number[] = [], batch = 1) => ({ samplesNs, batch, losses });

it.each([
  ['a turn whose iterations fill most of it', turn([9e6, 9e6]), asked, 20e6],
  ['a clock that ticks in steps', turn([11e6]), asked, 10e6],
  ['one short iteration on a busy machine', turn([50_000]), asked, 300e6],
  ['losses of the steps that the reference has', turn([5e6, 5e6, 5e6], [1, 1]), { ...asked, steps: 2 }, 16e6],
  ['fewer iterations than the reference has steps', turn([5e6], [1]), { ...asked, steps: 2 }, 6e6],
])('believes %s', (_, given, what, elapsedNs) => {
  expect(implausibility(given, what, elapsedNs)).toBeUndefined();
});

it.each([
  ['no iteration', turn([]), asked, 'took no iteration'],
  ['nothing but zeros', turn([0, 0, 0]), asked, '3 iterations took 0 ns'],
  ['a nanosecond each', turn([1, 1]), asked, '2 iterations took 2 ns'],
  ['more time than passed', turn([1e15]), asked, 'in a turn of 30.0 ms'],
  ['more iterations than asked for', turn(new Array(101).fill(1e5)), asked, '101 iterations where 100'],
  [
    'more iterations in batches than asked for',
    turn(new Array(51).fill(1e5), [], 2),
    asked,
    '102 iterations where 100',
  ],
  ['more time in batches than passed', turn([10e6, 10e6], [], 2), asked, '40.0 ms by its own clock'],
  ['no losses', turn([10e6]), { ...asked, steps: 3 }, '0 losses where 1 are due'],
  ['too many losses', turn([10e6], [1, 2]), { ...asked, steps: 3 }, '2 losses where 1 are due'],
  ['losses of what does not learn', turn([10e6], [1]), asked, '1 losses where 0 are due'],
])('does not believe %s', (_, given, what, reason) => {
  expect(implausibility(given, what, 30e6)).toContain(reason);
});
