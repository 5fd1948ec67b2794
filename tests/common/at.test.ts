import { describe, expect, it } from 'vitest';
import { at, defined, leading, required } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';

describe('at', () => {
  it('gives an element, from either end, of lists and typed arrays', () => {
    expect(at([5, 6, 7], 0)).toBe(5);
    expect(at([5, 6, 7], -1)).toBe(7);
    expect(at(new Float32Array([0.5]), 0)).toBe(0.5);
  });

  it.each([1, -2, 0.5])('throws at index %d of one element, and names the list', (index) => {
    expect(() => at([0], index, 'kernel')).toThrow(
      new TouchstoneError('internal', `kernel has 1 elements, none at index ${index}`),
    );
  });
});

describe('leading', () => {
  it('gives as many elements as are asked for', () => {
    expect(leading([5, 6, 7], 2)).toEqual([5, 6]);
  });

  it('throws where there are fewer, and names the list', () => {
    expect(() => leading([5], 2, 'shape')).toThrow('shape has 1 elements, none at index 1');
  });
});

describe('required', () => {
  it('reads records and maps', () => {
    expect(required({ a: 0 }, 'a')).toBe(0);
    expect(required(new Map([['a', '']]), 'a')).toBe('');
  });

  it('throws for what is missing, inherited properties included', () => {
    expect(() => required({ a: 1 } as Record<string, number>, 'b', 'shapes')).toThrow(
      'shapes has no entry b',
    );
    expect(() => required({} as Record<string, unknown>, 'constructor')).toThrow(TouchstoneError);
    expect(() => required(new Map<string, number>(), 'b')).toThrow(TouchstoneError);
  });
});

describe('defined', () => {
  it('keeps what is falsy, and throws for null and undefined alone', () => {
    expect(defined(0, 'x')).toBe(0);
    expect(defined('', 'x')).toBe('');
    expect(() => defined(null, 'the bias of Conv_0')).toThrow('the bias of Conv_0 is missing');
    expect(() => defined(undefined, 'x')).toThrow(TouchstoneError);
  });
});
