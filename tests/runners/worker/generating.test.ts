import { expect, it } from 'vitest';
import type { InferenceModel, Stepping } from '../../../adapters/adapter.js';
import { generating } from '../../../runners/worker/generating.js';

/** State s and token t: s ← 2·s + t, t ← s. */
const stepping: Stepping<number[], number[]> = {
  inputsOf: (buffer) => [buffer, 1],
  call: async ([state = 0, token = 0]) => [2 * state + token, state],
  feed: (_, output) => output,
  run: () => {
    throw new Error('a loop is not run at once');
  },
  read: ([state = 0]) => ({ s: { type: 'float32', shape: [], data: Float32Array.of(state) } }),
  dispose: () => undefined,
};

it('feeds every output but the last one back', async () => {
  const model = generating(stepping, { steps: 3, feedback: {} });
  // From (1, 1): (3, 1), (7, 3), (17, 7).
  expect(await model.run(1)).toEqual([17, 7]);
  // Each iteration begins anew.
  expect(await model.run(1)).toEqual([17, 7]);
  expect(model.read([17, 7]).s?.data[0]).toBe(17);
});

it('refuses a model that cannot be taken apart', () => {
  const plain: InferenceModel = { run: () => 1, read: () => ({}), dispose: () => undefined };
  const refusal = expect.objectContaining({ name: 'UnsupportedError' });
  expect(() => generating(plain, { steps: 3, feedback: {} })).toThrow(refusal);
});
