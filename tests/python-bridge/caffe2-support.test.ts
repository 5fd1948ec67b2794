/** The descriptor of `caffe2/cpu` claims what the lowering in Python can build, and nothing else. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import caffe2 from '../../adapters/caffe2.js';
import { projectRoot } from '../../common/paths.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import type { Graph, GraphNode } from '../../suites/onnx/graph.js';
import type { Mode } from '../../suites/workload.js';
import { node } from './artefacts.js';

const target = caffe2.targets[0]!;

it('lists the very operators of the lowering', { timeout: 600_000 }, async () => {
  const { python } = await ensureEnvironment('caffe2');
  const program =
    'import json; from touchstone_bridge.frameworks.caffe2.lowering import OPERATORS as o; print(json.dumps(list(o)))';
  const { stdout } = await execa(python, ['-c', program], { cwd: join(projectRoot, 'python-bridge') });
  const operators = JSON.parse(stdout) as string[];
  expect(operators.length).toBeGreaterThan(30);
  for (const operator of operators) expect(support([plain(operator)])).toEqual({ supported: true });
  const strangers = ['NonMaxSuppression', 'LogSoftmax', 'GRU', 'If', 'constructor'];
  for (const operator of strangers) {
    expect(support([plain(operator)])).toEqual({
      supported: false,
      reason: `the Caffe2 lowering has no operator ${operator}`,
    });
  }
});

const refused: [string, GraphNode, RegExp][] = [
  ['wide pads', node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [0, 2, 0, 0] }), /pads/],
  ['dilations', node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], dilations: [2, 1] }), /dilations/],
  [
    'a ceiling that counts pads',
    node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], ceil_mode: 1, count_include_pad: 1 }),
    /ceil_mode/,
  ],
  ['a broadcast exponent', node('Pow', ['x', 'row'], ['y']), /broadcast/],
  ['a product of two vectors', node('MatMul', ['row', 'row'], ['y']), /vectors/],
  ['indices', node('MaxPool', ['x'], ['y', 'indices'], { kernel_shape: [2, 2] }), /second output/],
  ['computed weights', node('Conv', ['x', 'x'], ['y']), /not a constant/],
  [
    'a transposed one with holes',
    node('ConvTranspose', ['x', 'w'], ['y'], { dilations: [2, 2] }),
    /dilations/,
  ],
  ['an output shape', node('ConvTranspose', ['x', 'w'], ['y'], { output_shape: [5, 5] }), /output_shape/],
  ['automatic pads', node('ConvTranspose', ['x', 'w'], ['y'], { auto_pad: 'VALID' }), /auto_pad VALID/],
  ['a reverse LSTM', node('LSTM', ['x', 'w', 'w'], ['y'], { direction: 'reverse' }), /reverse/],
  ['peepholes', node('LSTM', ['x', 'w', 'w', '', '', '', '', 'p'], ['y']), /peepholes/],
  ['other activations', node('LSTM', ['x', 'w', 'w'], ['y'], { activations: ['Relu'] }), /activations/],
  ['half a state', node('LSTM', ['x', 'w', 'w', '', '', 'h'], ['y']), /initial/],
];

it.each(refused)('refuses %s', (_, refusedNode, reason) => {
  expect(support([refusedNode])).toMatchObject({ supported: false, reason: expect.stringMatching(reason) });
});

it('refuses in training what it can only answer with', () => {
  for (const operator of ['Dropout', 'BatchNormalization', 'GlobalMaxPool']) {
    expect(support([plain(operator)]).supported).toBe(true);
    expect(support([plain(operator)], 'training').supported).toBe(false);
  }
  const shared = [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'w'], ['y'])];
  expect(support(shared, 'training', ['w'])).toMatchObject({ reason: expect.stringContaining('share') });
  expect(support(shared, 'inference', ['w']).supported).toBe(true);
  expect(support(shared.slice(0, 1), 'training', ['w']).supported).toBe(true);
  expect(support([node('Relu', ['x'], ['y'])], 'training', ['w']).supported).toBe(false);
});

it('refuses in training a maximum over what is thin, a broadcast product and a learning argument', () => {
  const pool = (input: string, output: string) =>
    support([node('MaxPool', [input], [output], { kernel_shape: [2, 2] })], 'training');
  expect(pool('x', 'small').supported).toBe(true);
  expect(pool('x', 'single')).toMatchObject({ reason: expect.stringContaining('single row') });
  expect(pool('line', 'line')).toMatchObject({ reason: expect.stringContaining('2 spatial axes') });
  const product = [node('MatMul', ['row', 'x'], ['y'])];
  expect(support(product).supported).toBe(true);
  expect(support(product, 'training')).toMatchObject({ reason: expect.stringContaining('broadcast') });
  const power = [node('Pow', ['x', 'one'], ['y'])];
  expect(support(power, 'training').supported).toBe(true);
  expect(support(power, 'training', ['one'])).toMatchObject({ reason: expect.stringContaining('learns') });
});

it('gives every thread pool the budget', () => {
  const environment = target.environment({ threads: 3, cpus: [0, 1, 2] });
  expect(environment).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
  });
});

/** A node without attributes whose further inputs are constants. */
function plain(operator: string): GraphNode {
  return node(operator, ['x', 'w', 'w', 'w', ''].slice(0, operator === 'LSTM' ? 4 : 5), ['y']);
}

function support(nodes: GraphNode[], mode: Mode = 'inference', parameters: string[] = []) {
  const tensor = (name: string, shape: number[]) => ({ name, type: 'float32' as const, shape });
  const image = tensor('x', [1, 1, 4, 4]);
  const weight = tensor('w', [1, 1, 4, 4]);
  const single = tensor('one', [1]);
  const values = [
    ...[image, weight, single, tensor('h', [1, 1, 4, 4]), tensor('row', [4])],
    ...[tensor('small', [1, 1, 2, 2]), tensor('single', [1, 1, 1, 3]), tensor('line', [1, 1, 4])],
  ];
  const graph: Graph = {
    name: 'test',
    opset: 17,
    inputs: [image],
    outputs: [tensor('y', [1, 4])],
    weights: [weight, single],
    parameters,
    nodes,
    values: Object.fromEntries(values.map((value) => [value.name, value])),
  };
  return target.supports(graph, mode);
}
