/** From what a visitor chooses to a run. */
import { describe, expect, it } from 'vitest';
import { type Choice, choiceSchema, openOf, optionsOf } from '../../../cli/serve/choice.js';

const choice: Choice = {
  workloads: ['lenet5', 'row-lstm'],
  model: null,
  modes: ['inference'],
  batches: '1, 8',
  targets: ['tfjs/js@visitor'],
  seconds: 20,
};
const id = 'b7c6b0a4-6d6f-4d6a-9d8e-0a5a3c1f2e11';

describe('a choice', () => {
  it('of workloads is the run that the command line would make', () => {
    expect(optionsOf(choice, undefined)).toMatchObject({
      workload: ['lenet5', 'row-lstm'],
      mode: ['inference'],
      batch: [1, 8],
      targets: ['tfjs/js@visitor'],
      threads: [1],
      time: 20_000,
    });
  });

  it('of a file has its shapes and ranges, and neither batch nor mode', () => {
    const model = { id, shapes: 'image=2x1x28x28  state=1x64', ranges: 'tokens=0..99' };
    const options = optionsOf({ ...choice, model }, '/tmp/mine.onnx');
    expect(options).toMatchObject({
      model: ['/tmp/mine.onnx'],
      input: { image: [2, 1, 28, 28], state: [1, 64] },
      range: { tokens: [0, 99] },
    });
    expect(options).not.toHaveProperty('batch');
    expect(options).not.toHaveProperty('workload');
  });

  it('is refused where the command line would refuse it', () => {
    expect(() => optionsOf({ ...choice, batches: '0' }, undefined)).toThrow('not a positive integer');
    expect(() => openOf({ shapes: 'image', ranges: '' })).toThrow("'image' is not a shape");
  });

  it.each([
    ['no target', { targets: [] }, 'choose a target'],
    ['no mode', { modes: [] }, 'choose inference'],
    ['a mode that there is not', { modes: ['guessing'] }, 'Invalid option'],
    ['no time', { seconds: 0 }, 'Too small'],
    ['a day', { seconds: 86_400 }, 'Too big'],
    ['names without end', { workloads: ['x'.repeat(10_000)] }, 'Too big'],
    ['a path for a file', { model: { id: '../../etc', shapes: '', ranges: '' } }, 'Invalid UUID'],
    ['what nobody asked for', { out: '/etc' }, 'Unrecognized key'],
  ])('%s is no choice', (_, changes, why) => {
    const { success, error } = choiceSchema.safeParse({ ...choice, ...changes });
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toContain(why);
  });
});
