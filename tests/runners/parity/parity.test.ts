import { describe, expect, it } from 'vitest';
import type { Tensor, Tensors } from '../../../model/graph.js';
import type { Optimiser } from '../../../model/workload.js';
import { checkAudit, checkLosses, checkParity } from '../../../runners/parity/parity.js';

const tensor = (...values: number[]): Tensor => ({
  type: 'float32',
  shape: [values.length],
  data: new Float32Array(values),
});
const tolerance = { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-3 };

const expected: Tensors = {
  'output/0/y': tensor(1, 2, 3),
  losses: tensor(2.3, 2.2, 2.1),
  'gradient/w': tensor(0.1, -0.2),
  'weight/w': tensor(0.999, 1.002),
};
const initial: Tensors = { w: tensor(1, 1) };

const findings = (actual: Tensors) =>
  Object.fromEntries(
    checkParity({ expected, actual, initial, tolerance }).map((check) => [check.what, check]),
  );

describe('checkParity', () => {
  it('passes what agrees to float32 precision', () => {
    const actual = { ...expected, 'output/0/y': tensor(1.00001, 2, 3) };
    expect(Object.values(findings(actual)).every((check) => check.passed)).toBe(true);
  });

  it('measures the relative Euclidean error', () => {
    const { output } = findings({ ...expected, 'output/0/y': tensor(1, 2, 3.001) });
    expect(output).toMatchObject({ passed: false, worst: 'output/0/y' });
    expect(output?.error).toBeCloseTo(0.001 / Math.sqrt(14), 6);
  });

  it('an error that is no finite number is none: results hold numbers', () => {
    const wide = (value: number): Tensor => ({
      type: 'float64',
      shape: [3],
      data: Float64Array.of(value, 2, 3),
    });
    expect(findings({ ...expected, 'output/0/y': wide(1e200) }).output).toMatchObject({
      passed: false,
      error: null,
      reason: 'the error is not a finite number',
    });
    expect(findings({ ...expected, losses: tensor(2.3, Number.POSITIVE_INFINITY, 2.1) }).loss).toMatchObject({
      passed: false,
      error: null,
      reason: 'a loss is not a finite number',
    });
    // More losses than the reference has.
    expect(checkLosses([2.3, 2.2, 2.1, 2], true, expected.losses, 1e-4)).toMatchObject({
      passed: false,
      error: null,
    });
  });

  it('compares an output that is next to nothing with the floor, where there is one', () => {
    const small = { 'output/0/y': tensor(1e-8, 2e-8, 2e-8) };
    const off = { 'output/0/y': tensor(1e-8, 2e-8, 5e-8) };
    const check = (own: typeof tolerance & { floor?: number }) =>
      checkParity({ expected: small, actual: off, initial: {}, tolerance: own })[0];
    expect(check(tolerance)).toMatchObject({ passed: false });
    expect(check(tolerance)?.error).toBeCloseTo(1, 5);
    expect(check({ ...tolerance, floor: 1e-4 })?.error).toBeCloseTo(3e-8 / (1e-4 * Math.sqrt(3)), 8);
    const wrong = { 'output/0/y': tensor(1e-8, 2e-8, 1e-6) };
    const found = checkParity({
      expected: small,
      actual: wrong,
      initial: {},
      tolerance: { ...tolerance, floor: 1e-4 },
    });
    expect(found[0]).toMatchObject({ passed: false });
  });

  it('compares weights by how far they moved, where an absolute error would be small', () => {
    const { weight } = findings({ ...expected, 'weight/w': tensor(0.9995, 1.002) });
    expect(weight?.passed).toBe(false);
  });

  it('compares a gradient that is zero by nature with a hundredth of the largest', () => {
    const zero = { expected: tensor(0, 0), actual: tensor(3e-8, -2e-8) };
    const large = tensor(3, 4);
    const check = (actual: Tensor) =>
      checkParity({
        expected: { 'gradient/b': zero.expected, 'gradient/w': large },
        actual: { 'gradient/b': actual, 'gradient/w': large },
        initial: {},
        tolerance,
      })[0];
    expect(check(zero.actual)?.error).toBeCloseTo(Math.hypot(3e-8, 2e-8) / 5e-2, 10);
    expect(check(tensor(1e-3, 0))).toMatchObject({ passed: false, worst: 'gradient/b' });
  });

  it('does not hold Adam and RMSProp to where the rounding of a gradient points, and every other rule to everything', () => {
    const nothing = { 'gradient/b': tensor(0), 'gradient/w': tensor(3, 4) };
    const moved = { ...nothing, 'weight/b': tensor(1.001), 'weight/w': tensor(0.9, 0.9) };
    const check = (optimiser: Optimiser) =>
      checkParity({
        expected: moved,
        actual: { ...moved, 'weight/b': tensor(0.999) },
        initial: { b: tensor(1), w: tensor(1, 1) },
        tolerance,
        optimiser,
      }).find(({ what }) => what === 'weight');
    const rate = { learningRate: 0.001 };
    const adam = { name: 'adam', ...rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-15 } as const;
    const rmsprop = { name: 'rmsprop', ...rate, decay: 0.99, epsilon: 1e-15 } as const;
    for (const rule of [adam, rmsprop])
      expect(check(rule)).toMatchObject({ passed: true, worst: 'weight/w' });
    expect(check({ name: 'sgd', ...rate, momentum: 0 })).toMatchObject({ passed: false, worst: 'weight/b' });
  });

  it('holds Adam to every element that a gradient moves, and to no other', () => {
    const optimiser = {
      name: 'adam',
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-15,
    } as const;
    const moved = { 'gradient/w': tensor(0.5, 1e-12, 0), 'weight/w': tensor(0.999, 0.9993, 1) };
    const check = (...weights: number[]) =>
      checkParity({
        expected: moved,
        actual: { ...moved, 'weight/w': tensor(...weights) },
        initial: { w: tensor(1, 1, 1) },
        tolerance,
        optimiser,
      }).find(({ what }) => what === 'weight');
    expect(check(0.999, 0.9999, 1.001)).toMatchObject({ passed: true });
    expect(check(0.9991, 0.9993, 1)).toMatchObject({ passed: false });
    expect(check(0.999, Number.NaN, 1)).toMatchObject({ passed: false });
  });

  it('compares a loss that is all but gone with a tenth of the largest', () => {
    const check = (last: number) =>
      checkParity({
        expected: { losses: tensor(2, 1e-7) },
        actual: { losses: tensor(2, last) },
        initial: {},
        tolerance,
      })[0];
    expect(check(3e-7)).toMatchObject({ passed: true });
    expect(check(1e-3)).toMatchObject({ passed: false });
  });

  it('lets gradients be absent altogether, but not partly', () => {
    const { 'gradient/w': _, ...without } = expected;
    expect(findings(without)['gradient']).toBeUndefined();
    const more = { ...expected, 'gradient/b': tensor(1) };
    const partly = checkParity({ expected: more, actual: expected, initial, tolerance });
    expect(partly.find((check) => check.what === 'gradient')).toMatchObject({
      passed: false,
      worst: 'gradient/b',
    });
  });

  it.each([
    ['a wrong shape', tensor(1, 2), 'shape 2 instead of 3'],
    ['a NaN', tensor(1, Number.NaN, 3), 'element 1 is NaN'],
    ['an infinity', tensor(1, 2, Number.POSITIVE_INFINITY), 'element 2 is Infinity'],
  ])('names %s', (_, output, reason) => {
    expect(findings({ ...expected, 'output/0/y': output })['output']).toMatchObject({
      passed: false,
      reason,
    });
  });

  it('names a tensor that did not come', () => {
    const { 'weight/w': _, ...without } = expected;
    expect(findings(without)['weight']).toMatchObject({
      passed: false,
      reason: 'the framework did not give this tensor',
    });
  });
});

describe('checkLosses', () => {
  it('compares as many steps as the turn had', () => {
    expect(checkLosses([2.3, 2.2], true, expected['losses'], 1e-4).passed).toBe(true);
    expect(checkLosses([2.3, 2.3], true, expected['losses'], 1e-4).passed).toBe(false);
  });
  it('does not pass a loss that is not finite', () => {
    expect(checkLosses([null], false, expected['losses'], 1e-4)).toMatchObject({
      passed: false,
      error: null,
    });
  });
});

describe('checkAudit', () => {
  it('fails when nothing was kept', () => {
    expect(checkAudit([], tolerance).passed).toBe(false);
  });
});
