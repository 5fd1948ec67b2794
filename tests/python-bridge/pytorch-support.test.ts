/** The descriptor of `pytorch/cpu` claims what the lowering in Python can build, and nothing else. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import pytorch from '../../adapters/pytorch.js';
import { projectRoot } from '../../common/paths.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import type { Graph, GraphNode } from '../../suites/onnx/graph.js';
import type { Mode } from '../../suites/workload.js';
import { node } from './artefacts.js';

const target = pytorch.targets[0]!;

it('lists the very operators of the lowering', { timeout: 600_000 }, async () => {
  const { python } = await ensureEnvironment('pytorch');
  const program =
    'import json; from touchstone_bridge.frameworks.pytorch.lowering import OPERATORS as o; print(json.dumps(list(o)))';
  const { stdout } = await execa(python, ['-c', program], { cwd: join(projectRoot, 'python-bridge') });
  const operators = JSON.parse(stdout) as string[];
  expect(operators.length).toBeGreaterThan(30);
  for (const operator of operators) expect(support([plain(operator)])).toEqual({ supported: true });
  const strangers = ['NonMaxSuppression', 'GRU', 'If', 'constructor'];
  for (const operator of strangers) {
    expect(support([plain(operator)])).toEqual({
      supported: false,
      reason: `the PyTorch lowering has no operator ${operator}`,
    });
  }
});

const refused: [string, GraphNode, RegExp][] = [
  [
    'pads that differ',
    node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [0, 0, 1, 1] }),
    /asymm/,
  ],
  ['wide pads', node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [2, 2, 2, 2] }), /pads/],
  ['indices', node('MaxPool', ['x'], ['y', 'indices'], { kernel_shape: [2, 2] }), /second output/],
  ['computed weights', node('Conv', ['x', 'x'], ['y']), /not a constant/],
  ['an unknown direction', node('LSTM', ['x', 'w', 'w'], ['y'], { direction: 'up' }), /direction up/],
  ['peepholes', node('LSTM', ['x', 'w', 'w', '', '', '', '', 'p'], ['y']), /peepholes/],
  ['other activations', node('LSTM', ['x', 'w', 'w'], ['y'], { activations: ['Relu'] }), /activations/],
  ['half a state', node('LSTM', ['x', 'w', 'w', '', '', 'h'], ['y']), /initial/],
];

it.each(refused)('refuses %s', (_, refusedNode, reason) => {
  expect(support([refusedNode])).toMatchObject({ supported: false, reason: expect.stringMatching(reason) });
});

it('refuses in training what it can only answer with', () => {
  for (const operator of ['Dropout', 'BatchNormalization']) {
    expect(support([plain(operator)]).supported).toBe(true);
    expect(support([plain(operator)], 'training').supported).toBe(false);
  }
  const shared = [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'w'], ['y'])];
  expect(support(shared, 'training', ['w'])).toMatchObject({ reason: expect.stringContaining('share') });
  expect(support(shared, 'inference', ['w']).supported).toBe(true);
  expect(support(shared.slice(0, 1), 'training', ['w']).supported).toBe(true);
});

it('gives every thread pool the budget, and keeps products in float32', () => {
  const environment = target.environment({ threads: 3, cpus: [0, 1, 2] });
  expect(environment).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
    NVIDIA_TF32_OVERRIDE: '0',
  });
});

/** A node without attributes whose further inputs are constants. */
function plain(operator: string): GraphNode {
  return node(operator, ['x', 'w', 'w', 'w', ''].slice(0, operator === 'LSTM' ? 4 : 5), ['y']);
}

function support(nodes: GraphNode[], mode: Mode = 'inference', parameters: string[] = []) {
  const image = { name: 'x', type: 'float32' as const, shape: [1, 1, 4, 4] };
  const weight = { ...image, name: 'w' };
  const graph: Graph = {
    name: 'test',
    opset: 17,
    inputs: [image],
    outputs: [{ ...image, name: 'y' }],
    weights: [weight],
    parameters,
    nodes,
    values: { x: image, w: weight },
  };
  return target.supports(graph, mode);
}
