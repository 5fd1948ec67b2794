/** Outputs by their own type: equality of integers and booleans, ties by value, and the worst element of floating-point tensors. */
import { describe, expect, it } from 'vitest';
import type { DataType, Graph, Tensor, Tensors } from '../../../model/graph.js';
import { type CheckTolerance, elementTolerance, toleranceFor } from '../../../model/tolerance.js';
import { checkAudit, checkParity } from '../../../runners/parity/parity.js';
import { floats, integers } from '../../model/models.js';

const tolerance: CheckTolerance = { output: 1e-3, loss: 1e-3, gradient: 1e-3, weight: 1e-3 };
const measured: CheckTolerance = { ...tolerance, elements: { accumulation: 1e-5, measured: 16 } };

function check(expected: Tensors, actual: Tensors, own: CheckTolerance = tolerance) {
  const outputs = Object.fromEntries(
    Object.entries(actual).map(([name, each]) => [`output/0/${name}`, each]),
  );
  return checkParity({ expected, actual: outputs, initial: {}, tolerance: own })[0];
}

const doubles = (values: readonly number[], shape: readonly number[]): Tensor => ({
  type: 'float64',
  shape,
  data: Float64Array.from(values),
});
const bytes = (type: DataType, ...values: number[]): Tensor => ({
  type,
  shape: [values.length],
  data: type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values),
});
const scalar = (value: number) => doubles([value], []);

describe('integers and booleans', () => {
  it('are wrong where a single one differs, however many there are: the first is named with both values', () => {
    const many = Array.from({ length: 1024 }, (_, index) => index);
    const wrong = many.with(7, 8).with(900, 0);
    expect(check({ 'output/0/y': integers(many) }, { y: integers(wrong) })).toMatchObject({
      passed: false,
      reason: '2 of 1024 elements differ: element 7 is 8 instead of 7',
    });
    expect(check({ 'output/0/y': integers([1000]) }, { y: integers([999]) })).toMatchObject({
      passed: false,
      reason: 'element 0 is 999 instead of 1000',
    });
  });

  it('are compared by value, in whatever type a framework holds them', () => {
    const expected = { 'output/0/y': integers([3, -1, 7]) };
    expect(check(expected, { y: floats([3, -1, 7]) })).toMatchObject({ passed: true, error: 0 });
    expect(check(expected, { y: floats([3, -1, 7.0001]) })).toMatchObject({ passed: false });
    expect(check(expected, { y: floats([3, -1, Number.NaN]) })).toMatchObject({ passed: false });
    const wide = {
      'output/0/y': { type: 'int64', shape: [1], data: BigInt64Array.of(2n ** 53n + 1n) } as const,
    };
    expect(check(wide, { y: doubles([2 ** 53], [1]) })).toMatchObject({ passed: false });
  });

  it('are equal as booleans and as small integers too', () => {
    const flags = { 'output/0/y': bytes('bool', 1, 0, 1) };
    expect(check(flags, { y: bytes('bool', 1, 0, 1) })).toMatchObject({ passed: true });
    expect(check(flags, { y: bytes('bool', 1, 1, 1) })).toMatchObject({ passed: false });
    expect(check({ 'output/0/y': bytes('uint8', 200, 100) }, { y: bytes('uint8', 200, 101) })).toMatchObject({
      passed: false,
    });
  });

  it('are judged beside floating-point outputs by their own type', () => {
    const expected = { 'output/0/values': floats([1, 2]), 'output/0/indices': integers([5, 6]) };
    expect(check(expected, { values: floats([1.0001, 2]), indices: integers([5, 6]) })).toMatchObject({
      passed: true,
    });
    expect(check(expected, { values: floats([1, 2]), indices: integers([5, 7]) })).toMatchObject({
      passed: false,
      worst: 'output/0/indices',
    });
  });

  it('may be a step of the scale off where the graph quantises, as may nothing that counts', () => {
    const coarse: CheckTolerance = { ...tolerance, output: 2e-2, elements: 'coarse' };
    const steps = { 'output/0/y': bytes('int8', 100, -80, 60, 127) };
    expect(check(steps, { y: bytes('int8', 101, -80, 60, 127) }, coarse)).toMatchObject({ passed: true });
    expect(check(steps, { y: bytes('int8', 120, -80, 60, 127) }, coarse)).toMatchObject({ passed: false });
    expect(check({ 'output/0/y': integers([100]) }, { y: integers([101]) }, coarse)).toMatchObject({
      passed: false,
    });
  });
});

describe('an index', () => {
  const near = 1 + 1e-7;
  const ranked = (values: readonly number[], rounding: number): Tensors => ({
    'output/0/y': integers([1, 0], [1, 2]),
    'ranked/0/y': doubles(values, [1, values.length, 1]),
    'rounding/0/y': scalar(rounding),
  });
  const found = (...indices: number[]) => ({ y: integers(indices, [1, 2]) });

  it('may be that of a value which float32 does not tell from the other', () => {
    expect(check(ranked([1, near, 0], 1e-7), found(0, 1), measured)).toMatchObject({ passed: true });
    expect(check(ranked([1, near, 0], 0), found(0, 1), measured)).toMatchObject({
      passed: false,
      reason: `2 of 2 elements differ: element 0 is 0 instead of 1, whose value is 1 instead of ${near}`,
    });
    expect(check(ranked([1, near, 0], 1e-7), found(1, 2), measured)).toMatchObject({ passed: false });
  });

  it('is the one that ONNX has first where values are equal', () => {
    expect(check(ranked([1, 2, 1], 1e-7), found(1, 2), measured)).toMatchObject({
      passed: false,
      reason:
        '1 of 2 elements differ: element 1 is 2 instead of 0, of which ONNX has 0 first: their values are equal',
    });
  });

  it('is not given twice', () => {
    expect(check(ranked([1, near, 0], 1e-7), found(1, 1), measured)).toMatchObject({ passed: false });
  });

  it('is wrong where nobody knows how near the values are, and says so', () => {
    const { 'rounding/0/y': _, ...without } = ranked([1, near, 0], 0);
    expect(check(without, found(0, 1), measured)?.reason).toMatch(/not known$/);
    expect(check(ranked([1, near, 0], 1e-7), found(1, 5), measured)?.reason).toBe(
      '1 of 2 elements differ: element 1 is 5 instead of 0',
    );
  });

  it('is looked up along its own axis', () => {
    // Ranked along the first of two axes: [1, 3, 2], of which the columns are 9 5 5+ and 1 2 3.
    const expected = {
      'output/0/y': integers([0, 2, 2, 1], [2, 2]),
      'ranked/0/y': doubles([9, 1, 5, 2, 5 + 1e-7, 3], [1, 3, 2]),
      'rounding/0/y': scalar(1e-7),
    };
    const of = (...indices: number[]) => check(expected, { y: integers(indices, [2, 2]) }, measured);
    expect(of(0, 2, 1, 1)).toMatchObject({ passed: true });
    expect(of(0, 2, 2, 0)).toMatchObject({ passed: false });
  });

  it('is judged alike in an audit', () => {
    const evidence = { ranked: doubles([1, near, 0], [1, 3, 1]), rounding: 1e-7 };
    const pair = { name: 'y of turn 0', expected: integers([1]), actual: integers([0]) };
    expect(checkAudit([{ ...pair, evidence }], measured)).toMatchObject({ passed: true });
    expect(checkAudit([pair], measured)).toMatchObject({ passed: false });
  });
});

it('an integer part may be another only where rounding decides it', () => {
  const expected = (rounding: number) => ({
    'output/0/y': integers([2, 7]),
    'truncated/0/y': doubles([2.999_999_9, 7.5], [2]),
    'rounding/0/y': scalar(rounding),
  });
  expect(check(expected(1e-7), { y: integers([3, 7]) }, measured)).toMatchObject({ passed: true });
  expect(check(expected(1e-7), { y: integers([3, 8]) }, measured)).toMatchObject({ passed: false });
  expect(check(expected(0), { y: integers([3, 7]) }, measured)).toMatchObject({ passed: false });
});

describe('the worst element', () => {
  const million = Float32Array.from({ length: 1e6 }, (_, index) => Math.sin(index));
  const large = { 'output/0/y': floats([...million]) };

  it('of a million is found, where the norm of all hides it', () => {
    const off = million.slice();
    off[123_456] = Number(off[123_456]) + 0.05;
    const found = check(large, { y: { type: 'float32', shape: [1e6], data: off } });
    expect(found).toMatchObject({ passed: false });
    expect(found?.reason).toMatch(/^element 123456 is \S+ instead of \S+, where rounding explains 1\.\de-2$/);
  });

  it('passes where errors are as large as the norm allows, evenly', () => {
    const off = million.map((value, index) => value + 9e-4 * Math.cos(31 * index));
    expect(check(large, { y: { type: 'float32', shape: [1e6], data: off } })).toMatchObject({ passed: true });
  });

  it('of a small part beside a large one is found, where the rounding of the reference is known', () => {
    const expected = {
      'output/0/y': floats([640, 320, 480, 0.9, 0.1]),
      'rounding/0/y': scalar(3e-5),
    };
    const y = (score: number) => ({ y: floats([640, 320, 480, score, 0.1]) });
    expect(check(expected, y(0.4), measured)).toMatchObject({ passed: false });
    expect(check(expected, y(0.4), measured)?.reason).toMatch(/^element 3 /);
    expect(check(expected, y(0.9003), measured)).toMatchObject({ passed: true });
  });

  it('is held to its own size as well as to that of the tensor', () => {
    const expected = { 'output/0/y': floats([1000, ...Array.from({ length: 999 }, () => 1e-3)]) };
    const y = (first: number) => ({ y: floats([first, ...Array.from({ length: 999 }, () => 1e-3)]) });
    expect(check(expected, y(1000.5))).toMatchObject({ passed: true });
  });

  it('may be off by more on shaders, and by a step in half precision', () => {
    expect(toleranceFor(measured, 'float32', 'webgpu').elements).toEqual({
      accumulation: 10 * 1e-5,
      measured: 160,
    });
    expect(toleranceFor(measured, 'float16', 'cpu').elements).toBe('coarse');
  });

  it('of infinities that are the same is none', () => {
    const y = floats([Number.POSITIVE_INFINITY, 1, 2]);
    expect(check({ 'output/0/y': y }, { y })).toMatchObject({ passed: true });
  });
});

describe('what rounding explains', () => {
  const graph = (inner: number, extra: Graph['nodes'] = []): Graph => {
    const shapes = { x: [2, inner], w: [inner, 4], y: [2, 4] };
    const values = Object.entries(shapes).map(([name, shape]) => [name, { name, type: 'float32', shape }]);
    return {
      ...{ name: 'g', opset: 21, inputs: [], outputs: [], weights: [], parameters: [] },
      values: Object.fromEntries(values) as Graph['values'],
      nodes: [
        { name: 'n', operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'], attributes: {} },
        ...extra,
      ],
    };
  };

  it('grows with the root of the terms that are added', () => {
    const of = (inner: number) => {
      const found = elementTolerance(graph(inner));
      return found === 'coarse' ? Number.NaN : found.accumulation;
    };
    expect(of(400) / of(100)).toBeCloseTo(2, 10);
    expect(of(100)).toBeCloseTo(40 * 2 ** -24 * 10, 12);
  });

  it('is a step of the arithmetic where a graph quantises', () => {
    const node = { name: 'q', operator: 'QuantizeLinear', inputs: ['y'], outputs: ['q'], attributes: {} };
    expect(elementTolerance(graph(4, [node]))).toBe('coarse');
  });
});

describe('an output of a graph that quantises', () => {
  const coarse: CheckTolerance = { ...tolerance, output: 2e-2, elements: 'coarse' };
  const expected = (spread: number): Tensors => ({
    'output/0/y': floats([3, 4]),
    'output/0/z': floats([3, 4]),
    'spread/0/y': scalar(spread),
  });
  const off = (share: number) => floats([3 * (1 + share), 4 * (1 + share)]);

  it('may differ by what rounding to other steps alone changes, and others of the model by no more than before', () => {
    const widened = check(expected(0.1), { y: off(0.09), z: off(0) }, coarse);
    expect(widened).toMatchObject({ passed: true });
    expect(check(expected(0.1), { y: off(0.11), z: off(0) }, coarse)).toMatchObject({
      passed: false,
      worst: 'output/0/y',
      tolerance: 0.1,
    });
    expect(check(expected(0.1), { y: off(0.09), z: off(0.03) }, coarse)).toMatchObject({
      passed: false,
      worst: 'output/0/z',
      tolerance: 2e-2,
    });
    expect(check(expected(1e-3), { y: off(0.019), z: off(0) }, coarse)).toMatchObject({ passed: true });
  });

  it('is not accepted beyond half of its size: the reason is the inputs', () => {
    expect(check(expected(0.9), { y: off(0.4), z: off(0) }, coarse)).toMatchObject({ passed: true });
    expect(check(expected(0.9), { y: off(0.6), z: off(0) }, coarse)).toMatchObject({
      passed: false,
      reason:
        'rounding to other steps alone changes it by 90 %; give inputs that the model was made for: --range or --inputs',
    });
  });

  it('is audited by the same tolerance', () => {
    const pair = { name: 'y', expected: floats([3, 4]), actual: off(0.09) };
    expect(checkAudit([{ ...pair, evidence: { spread: 0.1 } }], coarse)).toMatchObject({ passed: true });
    expect(checkAudit([pair], coarse)).toMatchObject({ passed: false });
  });
});
