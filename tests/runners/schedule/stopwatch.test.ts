import { expect, it } from 'vitest';
import { startStopwatch } from '../../../runners/schedule/stopwatch.js';

it('charges what runs side by side to each, and to the harness what was charged to nobody', async () => {
  let nowMs = 0;
  const stopwatch = startStopwatch(() => nowMs);
  const done: (() => void)[] = [];
  const until = () => new Promise<void>((resolve) => done.push(resolve));
  nowMs = 10;
  const first = stopwatch.time('start-up', until);
  nowMs = 30;
  const second = stopwatch.time('load', until);
  nowMs = 50;
  done[0]?.();
  await first;
  nowMs = 60;
  done[1]?.();
  await second;
  nowMs = 65;
  expect(stopwatch.spentMs()).toMatchObject({ 'start-up': 40, load: 30, measuring: 0, harness: 15 });
  expect(stopwatch.wallMs()).toBe(65);
});
