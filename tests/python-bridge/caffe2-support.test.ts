/**
 * The descriptor of `caffe2/cpu` leaves to the lowering in Python what that can build, and nothing else; the rest it plans
 * itself, as operations, or refuses.
 */

import { expect, it } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import { caffe2InTraining, caffe2 as capabilities } from '../../adapters/caffe2/capabilities.js';
import caffe2 from '../../adapters/caffe2/index.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import type { DataType, Graph, GraphNode } from '../../model/graph.js';
import { supportOf } from '../adapters/model.js';
import { node } from './artefacts.js';
import { type GraphOptions, namesIn } from './support.js';

const target = caffe2.targets[0] as PythonTarget;

it('lists the very operators of the lowering', { timeout: 600_000 }, async () => {
  const operators = await namesIn('caffe2', 'caffe2.lowering', 'OPERATORS');
  expect(operators.length).toBeGreaterThan(30);
  for (const operator of operators) {
    expect(support([plain(operator)])).toEqual({ supported: true });
    expect(planOf([plain(operator)])).toBeUndefined();
  }
  for (const operator of ['NonMaxSuppression', 'If', 'constructor']) {
    expect(support([plain(operator)])).toEqual({
      supported: false,
      reason: `the lowering has no operator ${operator}`,
    });
  }
});

it('lists the very operations that it builds', { timeout: 600_000 }, async () => {
  const operations = (await namesIn('caffe2', 'caffe2.operation_lowering', 'OPERATIONS')).sort();
  expect(operations).toEqual(Object.keys(capabilities.operations).sort());
  expect(operations).toEqual(Object.keys(caffe2InTraining.operations).sort());
});

const square = { kernel_shape: [2, 2], strides: [1, 1] };
const leftToOperations: [string, GraphNode, readonly number[], readonly string[]][] = [
  [
    'pads as wide as the kernel',
    node('AveragePool', ['x'], ['y'], { ...square, pads: [0, 2, 0, 0], count_include_pad: 1 }),
    [1, 1, 3, 5],
    ['Pad', 'AveragePool'],
  ],
  [
    'dilations',
    node('MaxPool', ['x'], ['y'], { ...square, dilations: [2, 1] }),
    [1, 1, 2, 3],
    ['Slice', 'Max'],
  ],
  ['an exponent that broadcasts', node('Pow', ['x', 'row'], ['y']), [1, 1, 4, 4], ['Pow']],
  ['computed filters', node('Conv', ['x', 'x'], ['y']), [1, 1, 1, 1], ['Conv']],
  ['a sine', node('Sin', ['x'], ['y']), [1, 1, 4, 4], ['Sin']],
  ['rows of a table', node('Gather', ['row', 'places'], ['y']), [1, 2], ['Gather']],
  ['what overflows', node('Softplus', ['x'], ['y']), [1, 1, 4, 4], ['Abs', 'Exp', 'Log']],
  ['bits', node('Round', ['x'], ['y']), [1, 1, 4, 4], ['Floor', 'Where']],
];

it.each(leftToOperations)('plans %s as operations', (_, own, shape, kinds) => {
  expect(support([own], { shape })).toEqual({ supported: true });
  expect(kindsOf([own], { shape })).toEqual(expect.arrayContaining([...kinds]));
});

it('plans layers that go backwards, and a GRU, as its own cells', () => {
  const shapes = { x: [3, 1, 4], w: [1, 16, 4], r: [1, 16, 4], y: [3, 1, 1, 4] };
  const backwards = node('LSTM', ['x', 'w', 'r'], ['y'], { direction: 'reverse', hidden_size: 4 });
  expect(kindsOf([backwards], { shapes })).toEqual(['LSTM']);
  const gru = node('GRU', ['x', 'w', 'r'], ['y'], { hidden_size: 4 });
  expect(kindsOf([gru], { shapes: { ...shapes, w: [1, 12, 4], r: [1, 12, 4] } })).toEqual(['GRU']);
});

it('holds narrow numbers in wider ones, and wraps what overflows', () => {
  const [sum, shape] = [node('Add', ['x', 'x'], ['y']), [1, 1, 4, 4]];
  expect(planOf([sum], { type: 'uint8', shape })?.outputs[0]).toMatchObject({
    onnxType: 'uint8',
    type: 'int32',
  });
  expect(kindsOf([sum], { type: 'uint8', shape })).toEqual(['Add', 'BitwiseAnd']);
  expect(kindsOf([sum], { type: 'uint32', shape })).toEqual(['Add', 'BitwiseAnd']);
});

it('names what it has not', () => {
  const shape = [1, 1, 4, 4];
  const reasonOf = (own: GraphNode, type: DataType) => support([own], { type, shape });
  expect(reasonOf(node('Exp', ['x'], ['y']), 'float64')).toMatchObject({
    reason: expect.stringContaining('float64'),
  });
  const joined = node('Concat', ['x', 'x'], ['y'], { axis: 0 });
  expect(support([joined], { type: 'float16', shape: [2, 1, 4, 4] }).supported).toBe(true);
  expect(reasonOf(node('Add', ['x', 'x'], ['y']), 'float16')).toMatchObject({
    reason: expect.stringContaining('float16'),
  });
  const lstm = node('LSTM', ['x', 'w', 'w'], ['y'], { direction: 'up' });
  expect(support([lstm])).toMatchObject({ supported: false, reason: expect.stringMatching(/direction up/) });
});

it('refuses in training what it can only answer with', () => {
  for (const operator of ['Dropout', 'BatchNormalization']) {
    expect(support([plain(operator)]).supported).toBe(true);
    expect(support([plain(operator)], { mode: 'training' }).supported).toBe(false);
  }
  expect(support([node('Relu', ['x'], ['y'])], { mode: 'training', parameters: ['w'] }).supported).toBe(
    false,
  );
  const scattered = node('ScatterElements', ['x', 'places', 'x'], ['y']);
  const shapes = { x: [1, 2], y: [1, 2] };
  expect(support([scattered], { shapes }).supported).toBe(true);
  expect(support([scattered], { shapes, mode: 'training' })).toMatchObject({
    reason: expect.stringContaining('gradient'),
  });
});

it('learns maxima with one gradient for several equal values', () => {
  const pool = (input: string, output: string, shape: readonly number[]) =>
    kindsOf([node('MaxPool', [input], [output], { kernel_shape: [2, 2] })], {
      shapes: { [output]: shape },
      mode: 'training',
    });
  // oneDNN's, by the lowering that reads the graph; its gradient has no thin pictures.
  expect(pool('x', 'y', [1, 1, 3, 3])).toBeUndefined();
  expect(pool('flat', 'y', [1, 1, 1, 3])).toEqual(expect.arrayContaining(['Less', 'Where']));
  expect(kindsOf([node('GlobalMaxPool', ['x'], ['y'])], { shape: [1, 1, 1, 1], mode: 'training' })).toContain(
    'ReduceMax',
  );
});

it('has a trained weight that several nodes share in a plan only, where it is one', () => {
  const shared = [node('MatMul', ['x', 'w'], ['y']), node('MatMul', ['y', 'w'], ['z'])];
  const options = { shape: [1, 1, 4, 4], parameters: ['w'] };
  expect(planOf(shared, options)).toBeUndefined();
  expect(planOf(shared.slice(0, 1), { ...options, mode: 'training' })).toBeUndefined();
  expect(planOf(shared, { ...options, mode: 'training' })?.constants).toHaveLength(1);
});

it('gives every thread pool the budget', () => {
  const environment = target.environment({ threads: 3, cpus: [0, 1, 2], device: { kind: 'cpu', index: 0 } });
  expect(environment).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
  });
});

/** A node without attributes whose further inputs are constants. */
function plain(operator: string): GraphNode {
  return node(operator, ['x', 'w', 'w', 'w', ''].slice(0, operator === 'LSTM' ? 4 : 5), ['y']);
}

interface Options extends GraphOptions {
  /** Of values by name, others than the usual ones. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

function support(nodes: GraphNode[], options: Options = {}) {
  return supportOf(target, graphOf(nodes, options), options.mode ?? 'inference');
}

function planOf(nodes: GraphNode[], options: Options = {}): Plan | undefined {
  const lowered = target.lower(graphOf(nodes, options), options.mode ?? 'inference');
  return 'plan' in lowered && 'operations' in lowered.plan ? (lowered.plan as Plan) : undefined;
}

function kindsOf(nodes: GraphNode[], options: Options = {}): readonly string[] | undefined {
  return planOf(nodes, options)?.operations.map(({ kind }) => kind);
}

function graphOf(nodes: GraphNode[], { parameters = [], type = 'float32', shape, shapes }: Options): Graph {
  const usual: Readonly<Record<string, readonly number[]>> = {
    ...{ x: [1, 1, 4, 4], w: [1, 1, 4, 4], row: [4], flat: [1, 1, 2, 4] },
    ...(shape
      ? Object.fromEntries(nodes.flatMap(({ outputs }) => outputs.map((name) => [name, shape])))
      : {}),
    ...shapes,
  };
  const tensor = (name: string) => ({ name, type, shape: [...(usual[name] ?? [1, 4])] });
  const values = Object.keys(usual).map(tensor);
  const places = { name: 'places', type: 'int64' as const, shape: [1, 2] };
  const last = nodes.at(-1)?.outputs[0] ?? 'y';
  return {
    name: 'test',
    opset: 17,
    inputs: ['x', 'flat'].map(tensor),
    outputs: [tensor(last)],
    weights: [...['w', 'r', 'row'].map(tensor), places],
    parameters: [...parameters],
    nodes,
    values: Object.fromEntries([...values, places].map((value) => [value.name, value])),
    constants: { places: [1, 0] },
  };
}
