/**
 * The descriptor of `pytorch/cpu` leaves to the lowering in Python what that can build, and nothing else; the rest it plans
 * itself, as operations, or refuses.
 */

import { expect, it } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import { pytorch as capabilities } from '../../adapters/pytorch/capabilities.js';
import pytorch from '../../adapters/pytorch/index.js';
import type { GraphNode } from '../../model/graph.js';
import { supportOf } from '../adapters/model.js';
import { node } from './artefacts.js';
import { type GraphOptions, graphOf, namesIn } from './support.js';

const target = pytorch.targets[0] as PythonTarget;

it('lists the very operators of the lowering', { timeout: 600_000 }, async () => {
  const operators = await namesIn('pytorch', 'pytorch.lowering', 'OPERATORS');
  expect(operators.length).toBeGreaterThan(30);
  for (const operator of operators) {
    expect(support([plain(operator)])).toEqual({ supported: true });
    expect(planOf([plain(operator)])).toBeUndefined();
  }
  const strangers = ['NonMaxSuppression', 'If', 'constructor'];
  for (const operator of strangers) {
    expect(support([plain(operator)])).toEqual({
      supported: false,
      reason: `the lowering has no operator ${operator}`,
    });
  }
});

it('lists the very operations that it builds', { timeout: 600_000 }, async () => {
  const operations = await namesIn('pytorch', 'pytorch.operation_lowering', 'OPERATIONS');
  expect(operations.sort()).toEqual(Object.keys(capabilities.operations).sort());
});

const pooled = { kernel_shape: [2, 2], strides: [1, 1] };
const leftToOperations: [string, GraphNode, readonly number[], readonly string[]][] = [
  [
    'pads that differ',
    node('AveragePool', ['x'], ['y'], { ...pooled, pads: [0, 0, 1, 1] }),
    [1, 1, 4, 4],
    // Counted as zeros, and then weighed by what each window really has of the picture.
    ['Pad', 'AveragePool', 'Mul', 'Mul'],
  ],
  ['dilations', node('AveragePool', ['x'], ['y'], { ...pooled, dilations: [2, 2] }), [1, 1, 2, 2], ['Slice']],
  ['computed filters', node('Conv', ['x', 'x'], ['y']), [1, 1, 1, 1], ['Conv']],
  ['what it has not', node('Sin', ['x'], ['y']), [1, 1, 4, 4], ['Sin']],
];

it.each(leftToOperations)('plans %s as operations', (_, own, shape, kinds) => {
  expect(support([own], { shape })).toEqual({ supported: true });
  expect(planOf([own], { shape })?.operations.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining([...kinds]),
  );
});

it('plans other types as operations, of which PyTorch may lack some', () => {
  const [sum, shape] = [node('Add', ['x', 'x'], ['y']), [1, 1, 4, 4]];
  expect(planOf([sum], { type: 'uint16', shape })?.outputs[0]).toMatchObject({
    onnxType: 'uint16',
    type: 'int32',
  });
  expect(support([sum], { type: 'uint32', shape })).toMatchObject({
    reason: expect.stringContaining('uint32'),
  });
});

it('refuses what neither has', () => {
  const lstm = node('LSTM', ['x', 'w', 'w'], ['y'], { direction: 'up' });
  expect(support([lstm])).toMatchObject({ supported: false, reason: expect.stringMatching(/direction up/) });
});

it('refuses in training what it can only answer with', () => {
  for (const operator of ['Dropout', 'BatchNormalization']) {
    expect(support([plain(operator)]).supported).toBe(true);
    expect(support([plain(operator)], { mode: 'training' }).supported).toBe(false);
  }
});

it('has a trained weight that several nodes share in a plan only, where it is one', () => {
  const shared = [node('MatMul', ['x', 'w'], ['y']), node('MatMul', ['y', 'w'], ['z'])];
  const options = { shape: [1, 1, 4, 4], parameters: ['w'] };
  expect(planOf(shared, { ...options, mode: 'inference' })).toBeUndefined();
  expect(planOf(shared.slice(0, 1), { ...options, mode: 'training' })).toBeUndefined();
  const plan = planOf(shared, { ...options, mode: 'training' });
  expect(plan?.constants).toHaveLength(1);
});

it('gives every thread pool the budget, and keeps products in float32', () => {
  const environment = target.environment({ threads: 3, cpus: [0, 1, 2], device: { kind: 'cpu', index: 0 } });
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

function support(nodes: GraphNode[], options: GraphOptions = {}) {
  return supportOf(target, graphOf(nodes, options), options.mode ?? 'inference');
}

function planOf(nodes: GraphNode[], options: GraphOptions = {}): Plan | undefined {
  const lowered = target.lower(graphOf(nodes, options), options.mode ?? 'inference');
  return 'plan' in lowered && 'operations' in lowered.plan ? (lowered.plan as Plan) : undefined;
}
