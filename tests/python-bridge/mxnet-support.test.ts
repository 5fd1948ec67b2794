/**
 * The descriptor of `mxnet/cpu` leaves to the lowering in Python what that can build, and nothing else; the rest it plans
 * itself, as operations, or refuses.
 */
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import type { Plan } from '../../adapters/lowering/plan.js';
import { mxnetCapabilities } from '../../adapters/mxnet/capabilities.js';
import mxnet from '../../adapters/mxnet/index.js';
import { projectRoot } from '../../common/paths.js';
import type { DataType, GraphNode } from '../../model/graph.js';
import type { Mode } from '../../model/workload.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { supportOf } from '../adapters/model.js';
import { node } from './artefacts.js';
import { type GraphOptions, graphOf, namesIn, square } from './support.js';

const target = mxnet.targets[0] as PythonTarget;

it('lists the very operators of the lowering', { timeout: 600_000 }, async () => {
  const operators = await namesIn('mxnet', 'mxnet.network', 'LOWERINGS');
  expect(operators.length).toBeGreaterThan(30);
  for (const operator of operators) {
    expect(support([plain(operator)], { weight: [4, 4] })).toEqual({ supported: true });
    expect(planOf([plain(operator)], { weight: [4, 4] })).toBeUndefined();
  }
  for (const operator of ['NonMaxSuppression', 'If', 'constructor']) {
    expect(support([plain(operator)])).toEqual({
      supported: false,
      reason: `the lowering has no operator ${operator}`,
    });
  }
});

it('lists the very operations that it builds', { timeout: 600_000 }, async () => {
  const operations = await namesIn('mxnet', 'mxnet.operation_network', 'OPERATIONS');
  for (const mode of ['inference', 'training'] as const) {
    expect(operations.sort()).toEqual(Object.keys(mxnetCapabilities(mode).operations).sort());
  }
});

it('passes the tests of its operations', { timeout: 600_000 }, async () => {
  const { python } = await ensureEnvironment('mxnet');
  const { exitCode, all } = await execa(python, ['-m', 'unittest', 'tests.test_mxnet_operations'], {
    cwd: join(projectRoot, 'python-bridge'),
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  expect(exitCode, all).toBe(0);
  expect(Number(/Ran (\d+) tests/.exec(all)?.[1])).toBeGreaterThan(10);
});

const pooled = { kernel_shape: [2, 2], strides: [1, 1] };
const leftToOperations: [string, GraphNode, readonly number[], readonly string[]][] = [
  [
    'pads that differ',
    node('AveragePool', ['x'], ['y'], { ...pooled, pads: [0, 0, 1, 1] }),
    square,
    ['Pad', 'AveragePool', 'Mul', 'Mul'],
  ],
  ['dilations', node('MaxPool', ['x'], ['y'], { ...pooled, dilations: [2, 2] }), [1, 1, 2, 2], ['Slice']],
  ['computed filters', node('Conv', ['x', 'x'], ['y']), [1, 1, 1, 1], ['Conv']],
  ['bounds that cross', node('Clip', ['x'], ['y'], { min: 2, max: 1 }), square, ['Max', 'Min']],
  ['what it has not', node('Sin', ['x'], ['y']), square, ['Sin']],
];

it.each(leftToOperations)('plans %s as operations', (_, own, shape, kinds) => {
  expect(support([own], { shape })).toEqual({ supported: true });
  expect(planOf([own], { shape })?.operations.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining([...kinds]),
  );
});

it('plans scalars and tensors without elements, which are of its NumPy interface', () => {
  for (const shape of [[], [0, 4]]) {
    expect(planOf([node('Exp', ['x'], ['y'])], { shape, input: shape })?.operations).toHaveLength(1);
  }
});

it('plans other types as operations, of which MXNet may lack some', () => {
  const sum = node('Add', ['x', 'x'], ['y']);
  expect(planOf([sum], { type: 'uint16', shape: square })?.outputs[0]).toMatchObject({
    onnxType: 'uint16',
    type: 'int32',
  });
  const reasons: [GraphNode, DataType, RegExp][] = [
    [sum, 'uint32', /type uint32 is not supported by MXNet/],
    [node('Div', ['x', 'x'], ['y']), 'int64', /divides int64 as float64/],
    [node('BitShift', ['x', 'x'], ['y'], { direction: 'LEFT' }), 'uint8', /MXNet has no BitShift/],
  ];
  for (const [own, type, reason] of reasons) {
    expect(support([own], { type, shape: square })).toMatchObject({ reason: expect.stringMatching(reason) });
  }
});

it('refuses in training what it can only answer with', () => {
  const dropout = node('Dropout', ['x'], ['y']);
  expect(support([dropout], { shape: square }).supported).toBe(true);
  expect(support([dropout], { shape: square, mode: 'training' })).toMatchObject({
    reason: expect.stringContaining('masks are random'),
  });
});

it('writes out in training what has a wrong gradient', () => {
  for (const operator of ['Selu', 'ReduceProd']) {
    const kinds = (mode: Mode) => {
      const own = node(operator, ['x'], ['y'], operator === 'ReduceProd' ? { axes: [3] } : {});
      const shape = operator === 'ReduceProd' ? [1, 1, 4, 1] : square;
      return planOf([own], { shape, mode })?.operations.map(({ kind }) => kind);
    };
    expect(kinds('inference')).toEqual([operator]);
    expect(kinds('training')).not.toContain(operator);
  }
});

/** A node without attributes whose further inputs are constants. */
function plain(operator: string): GraphNode {
  const inputs = { LSTM: 4, Gemm: 2 }[operator] ?? 5;
  return node(operator, ['x', 'w', 'w', 'w', ''].slice(0, inputs), ['y']);
}

function support(nodes: GraphNode[], options: GraphOptions = {}) {
  return supportOf(target, graphOf(nodes, options), options.mode ?? 'inference');
}

function planOf(nodes: GraphNode[], options: GraphOptions = {}): Plan | undefined {
  const lowered = target.lower(graphOf(nodes, options), options.mode ?? 'inference');
  return 'plan' in lowered && 'operations' in lowered.plan ? (lowered.plan as Plan) : undefined;
}
