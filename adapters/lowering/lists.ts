/** Lists of axes, extents and settings. */
import { at } from '../../common/at.js';

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function ascending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > at(values, index - 1));
}

/** Whether every number is 1, as strides and dilations are that change nothing. */
export function isOne(numbers: readonly number[]): boolean {
  return numbers.every((each) => each === 1);
}
