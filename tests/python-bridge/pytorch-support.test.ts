/** What PyTorch's capabilities make of graphs: its own layers where it has them, decompositions or reasons elsewhere. */

import { expect, it } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import { pytorch as capabilities } from '../../adapters/pytorch/capabilities.js';
import pytorch from '../../adapters/pytorch/index.js';
import type { Graph, GraphNode } from '../../model/graph.js';
import type { Mode } from '../../model/workload.js';
import { supportOf } from '../adapters/model.js';
import { graphOf as sketched } from '../adapters/operation-graph.js';
import { node } from './artefacts.js';
import { type GraphOptions, graphOf, namesIn } from './support.js';

const target = pytorch.targets[0] as PythonTarget;

it('claims the very operations that its driver builds', { timeout: 600_000 }, async () => {
  const operations = await namesIn('pytorch', 'pytorch.operations', 'OPERATIONS');
  expect(operations.sort()).toEqual(Object.keys(capabilities.operations).sort());
});

it('names an operator that the lowering does not know', () => {
  for (const operator of ['NonMaxSuppression', 'If', 'constructor']) {
    expect(support([node(operator, ['x'], ['y'])])).toEqual({
      supported: false,
      reason: `the lowering has no operator ${operator}`,
    });
  }
});

const pooled = { kernel_shape: [2, 2], strides: [1, 1] };
const decomposed: [string, GraphNode, readonly number[], readonly string[]][] = [
  [
    'pads that differ',
    node('AveragePool', ['x'], ['y'], { ...pooled, pads: [0, 0, 1, 1] }),
    [1, 1, 4, 4],
    // Counted as zeros, and then weighed by the share of each window that lies in the image.
    ['Pad', 'AveragePool', 'Mul', 'Mul'],
  ],
  ['dilations', node('AveragePool', ['x'], ['y'], { ...pooled, dilations: [2, 2] }), [1, 1, 2, 2], ['Slice']],
  ['computed filters', node('Conv', ['x', 'x'], ['y']), [1, 1, 1, 1], ['Conv']],
];

it.each(decomposed)('plans %s', (_, own, shape, kinds) => {
  expect(support([own], { shape })).toEqual({ supported: true });
  expect(kindsOf([own], { shape })).toEqual(expect.arrayContaining([...kinds]));
});

it('joins a product and its bias, with the weight as nn.Linear has it', () => {
  const nodes = [
    ['MatMul', ['x', 'w'], ['a']],
    ['Add', ['a', 'b'], ['y']],
  ] as const;
  const values = { x: [2, 3], w: [3, 5], b: [5], a: [2, 5], y: [2, 5] };
  const plan = planned(sketched({ nodes, values, weights: ['w', 'b'] }));
  expect(plan.operations.map(({ kind }) => kind)).toEqual(['Gemm']);
  expect(plan.constants.map(({ shape }) => shape)).toEqual([[5, 3], [5]]);
});

it('gives a recurrent layer the batch first, without a transposition, and a parameter for each weight', () => {
  const values = {
    ...{ x: [3, 4, 5], t: [4, 3, 5], y: [1, 3, 2] },
    ...{ w: [1, 8, 5], r: [1, 8, 2], b: [1, 16] },
  };
  const sketch: Parameters<typeof sketched>[0] = {
    nodes: [
      ['Transpose', ['x'], ['t'], { perm: [1, 0, 2] }],
      ['LSTM', ['t', 'w', 'r', 'b'], ['', 'y'], { hidden_size: 2 }],
    ],
    values,
    weights: ['w', 'r', 'b'],
  };
  const plan = planned(sketched(sketch));
  expect(plan.operations.map(({ kind }) => kind)).toEqual(['LSTM']);
  expect(plan.operations[0]?.settings).toMatchObject({ given: ['w', 'r', 'bias', 'recurrentBias'] });
  expect(plan.constants.map(({ shape }) => shape)).toEqual([[8, 5], [8, 2], [8], [8]]);
});

it('holds types in wider ones, and names those that it cannot hold', () => {
  const [sum, shape] = [node('Add', ['x', 'x'], ['y']), [1, 1, 4, 4]];
  expect(planOf([sum], { type: 'uint16', shape }).outputs[0]).toMatchObject({
    onnxType: 'uint16',
    type: 'int32',
  });
  expect(support([sum], { type: 'uint32', shape })).toEqual({ supported: true });
  // What a sum that may not fit is divided by depends on its value.
  const quotient = node('Div', ['y', 'x'], ['z']);
  expect(support([sum, quotient], { type: 'uint64', shape })).toMatchObject({
    reason: expect.stringMatching(/y of type uint64 may be larger than int64/),
  });
});

it('names the attribute that no operator has', () => {
  const lstm = node('LSTM', ['x', 'w', 'w'], ['y'], { direction: 'up' });
  expect(support([lstm])).toMatchObject({ supported: false, reason: expect.stringMatching(/direction up/) });
});

it('refuses to train with random masks', () => {
  const dropout = node('Dropout', ['x'], ['y']);
  expect(support([dropout], { shape: [1, 1, 4, 4] })).toEqual({ supported: true });
  expect(support([dropout], { shape: [1, 1, 4, 4], mode: 'training' })).toMatchObject({
    reason: expect.stringContaining('masks are random'),
  });
});

it('trains a weight that several nodes share as one parameter', () => {
  const shared = [node('MatMul', ['x', 'w'], ['y']), node('MatMul', ['y', 'w'], ['z'])];
  const plan = planOf(shared, { shape: [1, 1, 4, 4], parameters: ['w'], mode: 'training' });
  expect(plan.constants.filter(({ trained }) => trained)).toHaveLength(1);
});

it('gives every thread pool the budget, and keeps products in float32', () => {
  const environment = target.environment(
    { threads: 3, cpus: [0, 1, 2], device: { kind: 'cpu', index: 0 } },
    '/cache',
  );
  expect(environment).toMatchObject({
    OMP_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
    NVIDIA_TF32_OVERRIDE: '0',
  });
});

function support(nodes: GraphNode[], options: GraphOptions = {}) {
  return supportOf(target, graphOf(nodes, options), options.mode ?? 'inference');
}

function kindsOf(nodes: GraphNode[], options: GraphOptions) {
  return planOf(nodes, options).operations.map(({ kind }) => kind);
}

function planOf(nodes: GraphNode[], options: GraphOptions): Plan {
  return planned(graphOf(nodes, options), options.mode);
}

function planned(graph: Graph, mode: Mode = 'inference'): Plan {
  const lowered = target.lower(graph, mode);
  if (!('plan' in lowered)) throw new Error(lowered.unsupported);
  return lowered.plan as Plan;
}
