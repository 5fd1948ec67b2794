/**
 * Integers and booleans are equal or wrong, whatever type a framework holds them in. An index may be another only where rounding
 * decides which of two values is the larger, and an integer part where rounding decides which integer a value has reached.
 */
import { at } from '../../common/at.js';
import { elementsOf } from '../../model/float16.js';
import type { Tensor } from '../../model/graph.js';
import type { CheckTolerance } from '../../model/tolerance.js';
import { type Evidence, largestOf } from './evidence.js';

/** Whether another element is right as well; a string says why it is not. */
type Judge = (index: number, expected: number, actual: number) => true | string | undefined;

/** @returns how many elements differ, and the first of them; undefined where the tensors are equal */
export function wholeNumberMismatch(
  expected: Tensor,
  actual: Tensor,
  tolerance: CheckTolerance,
  evidence: Evidence,
): string | undefined {
  const judge = judgeOf(expected, actual, tolerance, evidence);
  const values = elementsOf(actual);
  let count = 0;
  let first = '';
  for (let index = 0; index < expected.data.length; index++) {
    const [wanted, found] = [expected.data[index], values[index]];
    if (isSame(wanted, found)) continue;
    const verdict = judge(index, Number(wanted), Number(found));
    if (verdict === true) continue;
    if (count === 0) {
      first = `element ${index} is ${found} instead of ${wanted}${verdict === undefined ? '' : `, ${verdict}`}`;
    }
    count++;
  }
  if (count === 0) return undefined;
  const total = expected.data.length;
  return total === 1 ? first : `${count} of ${total} elements differ: ${first}`;
}

/** By value: a big integer and a number are the same where both are whole and equal. */
function isSame(expected: number | bigint | undefined, actual: number | bigint | undefined): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: it compares a big integer with a number exactly.
  return expected == actual;
}

function judgeOf(expected: Tensor, actual: Tensor, tolerance: CheckTolerance, evidence: Evidence): Judge {
  const { ranked, truncated, rounding } = evidence;
  if (ranked) return tieJudge(ranked, expected, actual, reachOf(ranked, tolerance, rounding));
  if (truncated) return truncationJudge(truncated, reachOf(truncated, tolerance, rounding));
  return () => undefined;
}

/** How far float32 may move a value that decides; undefined where that is not known. */
function reachOf(
  values: Tensor,
  tolerance: CheckTolerance,
  rounding: number | undefined,
): number | undefined {
  const { elements, output } = tolerance;
  if (elements === 'coarse') return output * largestOf(values.data);
  return elements === undefined || rounding === undefined ? undefined : elements.measured * rounding;
}

/**
 * For positions along an axis, by the values [before, extent, behind] there. Where two are equal in the reference, ONNX says which
 * comes first. Both of two others may move.
 */
function tieJudge(ranked: Tensor, expected: Tensor, actual: Tensor, reach: number | undefined): Judge {
  const [before, extent, behind] = [at(ranked.shape, 0), at(ranked.shape, 1), at(ranked.shape, 2)];
  const count = expected.data.length / (before * behind);
  const found = elementsOf(actual);
  const placeOf = (index: number) => ({
    row: Math.floor(index / (count * behind)),
    column: index % behind,
  });
  const isTwice = (index: number, position: number) => {
    const { row, column } = placeOf(index);
    const line = Array.from({ length: count }, (_, each) => found[(row * count + each) * behind + column]);
    return line.filter((each) => Number(each) === position).length > 1;
  };
  return (index, wanted, position) => {
    if (!Number.isInteger(position) || position < 0 || position >= extent) return undefined;
    const { row, column } = placeOf(index);
    const valueAt = (each: number) => Number(ranked.data[(row * extent + each) * behind + column]);
    const [own, other] = [valueAt(wanted), valueAt(position)];
    if (own === other) return `of which ONNX has ${wanted} first: their values are equal`;
    if (reach !== undefined && Math.abs(own - other) <= 2 * reach && !isTwice(index, position)) return true;
    const unknown = reach === undefined ? '; whether float32 tells them apart is not known' : '';
    return `whose value is ${other} instead of ${own}${unknown}`;
  };
}

/** For the integer part of floating-point values. */
function truncationJudge(truncated: Tensor, reach: number | undefined): Judge {
  return (index, _, found) => {
    const value = Number(truncated.data[index]);
    const near = reach ?? 0;
    if (near > 0 && found >= Math.trunc(value - near) && found <= Math.trunc(value + near)) return true;
    return `the integer part of ${value}`;
  };
}
