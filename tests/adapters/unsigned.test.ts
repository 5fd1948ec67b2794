/** Unsigned integers in frameworks that have signed ones only. */
import { describe, expect, it, test } from 'vitest';
import { hostPort, onnxPort } from '../../adapters/lowering/host.js';
import type { PlannedPort } from '../../adapters/lowering/plan.js';
import pytorch from '../../adapters/pytorch/index.js';
import { at } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import { kindsOf } from './operation-graph.js';
import { loweringsOf } from './target-plans.js';
import { tfjsWasm } from './targets.js';

const inPyTorch = loweringsOf(at(pytorch.targets, 0));
const inTensorFlowJs = loweringsOf(tfjsWasm);

const chain = (type: DataType, ...operators: readonly string[]) => ({
  nodes: operators.map((operator, place) => {
    const from = place === 0 ? 'x' : `v${place}`;
    const to = place === operators.length - 1 ? 'y' : `v${place + 1}`;
    return [operator, [from, 'x'], [to]] as const;
  }),
  values: Object.fromEntries([
    ['x', [[4], type]],
    ...operators.map((operator, place) => [
      place === operators.length - 1 ? 'y' : `v${place + 1}`,
      [[4], operator === 'Less' ? 'bool' : type],
    ]),
  ]) as Readonly<Record<string, readonly [readonly number[], DataType]>>,
});

describe('uint32 in int64', () => {
  test.each(['Add', 'Sub', 'Mul', 'Pow'])('%s wraps where uint32 would', (operator) => {
    const plan = inPyTorch.planOf(chain('uint32', operator));
    expect(kindsOf(plan)).toEqual([operator, 'BitwiseAnd']);
    expect(plan.constants.map(({ source }) => source)).toEqual([{ kind: 'literal', data: [2 ** 32 - 1] }]);
  });

  it('has the order of uint32', () => {
    expect(kindsOf(inPyTorch.planOf(chain('uint32', 'Sub', 'Less')))).toEqual(['Sub', 'BitwiseAnd', 'Less']);
  });
});

describe('uint64 in int64, and both in int32', () => {
  const cases = [
    ['PyTorch', inPyTorch, 'uint64', 'int64'],
    ['TensorFlow.js', inTensorFlowJs, 'uint32', 'int32'],
    ['TensorFlow.js', inTensorFlowJs, 'uint64', 'int32'],
  ] as const;

  test.each(cases)('%s: inputs are in order, whose size is checked', (_, { planOf }, type) => {
    expect(kindsOf(planOf(chain(type, 'Max', 'Div', 'Less')))).toEqual(['Max', 'Div', 'Less']);
  });

  test.each(cases)('%s: sums are right in all bits', (_, { planOf }, type) => {
    expect(kindsOf(planOf(chain(type, 'Add', 'Sub')))).toEqual(['Add', 'Sub']);
  });

  test.each(cases)('%s: what looks at the size of a sum is refused', (title, { lowered }, type, held) => {
    for (const operator of ['Less', 'Div', 'Max'])
      expect(lowered(chain(type, 'Sub', operator))).toEqual({
        unsupported: `${operator} (node_1): v1 of type ${type} may be larger than ${held}, in which ${title} holds it`,
      });
  });
});

const port = (onnxType: DataType, type: DataType): PlannedPort => ({
  ...{ name: 'x', tensor: 0, onnxType, type, onnxShape: [2], axes: [0] },
});

describe('values at the border of JavaScript frameworks', () => {
  it('an integer beyond int32 is refused', () => {
    const x = { type: 'uint32' as const, shape: [2], data: Uint32Array.of(1, 2 ** 31) };
    expect(() => hostPort(port('uint32', 'int32'), { x })).toThrow(
      'x contains 2147483648, which is not an int32',
    );
  });

  it('a difference below zero is what it is in the unsigned type', () => {
    expect(onnxPort(port('uint32', 'int32'), [1, -2]).data).toEqual(Uint32Array.of(1, 2 ** 32 - 2));
    expect(onnxPort(port('uint64', 'int32'), [1, -2]).data).toEqual(BigUint64Array.of(1n, 2n ** 64n - 2n));
  });

  it('half precision comes in and goes out by its bits', () => {
    const x = { type: 'float16' as const, shape: [2], data: Uint16Array.of(0x3c00, 0xc100) };
    const half = port('float16', 'float32');
    expect(hostPort(half, { x }).data).toEqual(Float32Array.of(1, -2.5));
    expect(onnxPort(half, [1, -2.5])).toEqual(x);
  });
});
