import { describe, expect, it } from 'vitest';
import { randomInputs } from '../../../model/inputs/random-inputs.js';

describe('random inputs', () => {
  const input = (type: 'uint8' | 'bool' | 'int64' | 'float32') => [{ name: 'x', type, shape: [4] }];

  it.each([
    ['uint8', [0, 300], /input x has type uint8, which cannot represent the range from 0 to 300/],
    ['uint8', [-5, 5], /from -5 to 5/],
    ['int64', [0, 1.5], /from 0 to 1\.5/],
    ['int64', [0, 1e30], /from 0 to 1e\+30/],
    ['bool', [0, 7], /has type bool/],
  ] as const)('of type %s reject the range %j', (type, range, message) => {
    expect(() => randomInputs(input(type), 0, 0, { x: range })).toThrow(message);
  });

  it('are drawn from a range that their type can represent', () => {
    expect(randomInputs(input('uint8'), 0, 0, { x: [255, 255] }).x?.data).toEqual(
      new Uint8Array(4).fill(255),
    );
    expect(randomInputs(input('float32'), 0, 0, { x: [0.5, 0.5] }).x?.data).toEqual(
      new Float32Array(4).fill(0.5),
    );
  });

  it.each([
    ['uint64', 0, 2 ** 53 - 1],
    ['int64', -(2 ** 53), 2 ** 53 - 1],
    ['int8', -128, 127],
    ['uint16', 0, 65_535],
  ] as const)('of type %s accept the range from %d to %d and nothing beyond', (type, low, high) => {
    const shape = [1];
    expect(() => randomInputs([{ name: 'x', type, shape }], 0, 0, { x: [low, high] })).not.toThrow();
    expect(() => randomInputs([{ name: 'x', type, shape }], 0, 0, { x: [low, high + 1] })).toThrow(
      expect.objectContaining({ hint: `specify integers from ${low} to ${high}` }),
    );
  });
});
