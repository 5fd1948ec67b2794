import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TouchstoneError } from '../../common/errors.js';
import * as values from '../../common/values.js';

describe('a value', () => {
  it.each([
    [values.duration, '90s', 90_000],
    [values.duration, ' 1.5h ', 5_400_000],
    [values.duration, '500ms', 500],
    [values.duration, '2m', 120_000],
    [values.duration, '2min', 120_000],
    [values.duration, '7', 7000],
    [values.memorySize, '512m', 2 ** 29],
    [values.memorySize, ' 1.5GiB', 1.5 * 2 ** 30],
    [values.memorySize, '4G', 2 ** 32],
    [values.positiveInteger, '64', 64],
    [values.seed, '0', 0],
    [values.seed, '4294967295', 4_294_967_295],
    [values.share, '1%', 0.01],
    [values.share, '0.5 %', 0.005],
    [values.share, '0.25', 0.25],
    [values.integers, '1, 64,1', [1, 64]],
    [values.names, 'a, b', ['a', 'b']],
    [values.modeNames, 'training,inference', ['training', 'inference']],
  ] as const)('is parsed (case %#)', (parse, text, value) => {
    expect((parse as (text: string) => unknown)(text)).toEqual(value);
  });

  it.each([
    [values.duration, 'soon', /^'soon' is not a duration$/],
    [values.duration, '0s', /is not a duration/],
    [values.duration, '-1s', /is not a duration/],
    [values.duration, '1d', /is not a duration/],
    [values.memorySize, '4', /^'4' is not a size of memory$/],
    [values.memorySize, '0g', /is not a size of memory/],
    [values.memorySize, '4k', /is not a size of memory/],
    [values.positiveInteger, '0', /^'0' is not a positive integer$/],
    [values.positiveInteger, '1.5', /is not a positive integer/],
    [values.positiveInteger, '1e30', /is not a positive integer/],
    [values.seed, '-1', /^'-1' is not a seed$/],
    [values.seed, '4294967296', /is not a seed/],
    [values.share, '0', /^'0' is not a share$/],
    [values.share, '100%', /is not a share/],
    [values.share, '1', /is not a share/],
    [values.integers, '1,two', /^'two' is not a positive integer$/],
    [values.integers, '1,,2', /^'1,,2' is not a list of names$/],
    [values.names, '', /^'' is not a list of names$/],
    [values.modeNames, 'learning', /^'learning' is not a mode$/],
    [values.valueRange, 'tokens', /^'tokens' is not a range$/],
    [values.valueRange, 'tokens=5..1', /is not a range/],
    [values.valueRange, '=0..1', /is not a range/],
    [values.inputShape, 'x', /^'x' is not a shape$/],
    [values.inputShape, '=1x2', /is not a shape/],
    [values.inputShape, 'x=1x-1', /is not a shape/],
    [values.inputShape, 'x=1x2.5', /is not a shape/],
  ] as const)('is rejected as a usage error with a hint (case %#)', (parse, text, message) => {
    let error: unknown;
    try {
      (parse as (text: string) => unknown)(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TouchstoneError);
    expect(error).toMatchObject({ code: 'usage', hint: expect.stringMatching(/^give /) });
    expect((error as TouchstoneError).message).toMatch(message);
  });

  it('of a duration never becomes zero, negative or infinite', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(values.duration(text)).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(TouchstoneError);
        }
      }),
    );
  });
});

describe('repeated options add up:', () => {
  it('names and files', async () => {
    expect(values.names('c', ['a', 'b'])).toEqual(['a', 'b', 'c']);
    const folder = await mkdtemp(join(tmpdir(), 'touchstone-values-'));
    const odd = join(folder, 'a,b.onnx');
    writeFileSync(odd, '');
    expect(values.paths(odd, ['x.onnx'])).toEqual(['x.onnx', odd]);
    expect(values.paths('y.onnx,z.onnx', [odd])).toEqual([odd, 'y.onnx', 'z.onnx']);
    await rm(folder, { recursive: true });
  });

  it('shapes, of which one may be a scalar', () => {
    const first = values.inputShape('image=1x3x224×224');
    expect(values.inputShape('step=', first)).toEqual({ image: [1, 3, 224, 224], step: [] });
    expect(values.inputShape('a=b=2')).toEqual({ 'a=b': [2] });
  });

  it('ranges, of which one may be a single value', () => {
    const first = values.valueRange('tokens=0..29999');
    const second = values.valueRange('rate=16000', first);
    expect(values.valueRange('gain=-1.5..2e-1', second)).toEqual({
      tokens: [0, 29_999],
      rate: [16_000, 16_000],
      gain: [-1.5, 0.2],
    });
  });
});
