import { expect, it } from 'vitest';
import { supported, type Target, unsupported } from '../../../adapters/adapter.js';
import type { Graph } from '../../../model/graph.js';
import { planCells, type WorkItem } from '../../../runners/schedule/plan.js';

const target = {
  name: 'a/b',
  host: 'node',
  device: 'cpu',
  precisions: ['float32'],
  modes: { inference: supported, training: supported },
  lower: () => ({ plan: { form: 'nothing' } }),
} as unknown as Target;
const item: WorkItem = {
  workload: 'w',
  mode: 'inference',
  batch: 4,
  precision: 'float32',
  graph: {} as Graph,
};
const plan = (items: readonly WorkItem[], counts?: readonly number[]) =>
  planCells(items, [target], () => ({ available: true }), counts);
const ids = (...given: Parameters<typeof plan>) => plan(...given).map(({ id }) => id);

it('names a cell as ever where a run has one thread count, whichever it is', () => {
  expect(ids([item])).toEqual(['w:inference:b4:float32:cpu:a/b']);
  expect(ids([item], [2])).toEqual(ids([item]));
  expect(plan([item], [2])[0]).not.toHaveProperty('threads');
});

it('plans a cell for each of several thread counts, and names it by its own', () => {
  expect(ids([item], [1, 2])).toEqual([
    'w:inference:b4:t1:float32:cpu:a/b',
    'w:inference:b4:t2:float32:cpu:a/b',
  ]);
  expect(plan([item], [1, 2]).map(({ threads }) => threads)).toEqual([1, 2]);
});

it('names the length where it is not the workload’s own', () => {
  const own = { ...item, length: 28 };
  const other = { ...item, length: 64, otherLength: 64 };
  expect(ids([own, other])).toEqual(['w:inference:b4:float32:cpu:a/b', 'w:inference:b4:l64:float32:cpu:a/b']);
  expect(plan([own, other]).map(({ length }) => length)).toEqual([28, 64]);
  expect(ids([other], [1, 2])[1]).toBe('w:inference:b4:l64:t2:float32:cpu:a/b');
});

it('says what a cell computes beside its id, which does not', () => {
  const content = { digest: 'd', model: 'm', inputs: { x: 'float32 1x4' } };
  expect(plan([{ ...item, content }])).toMatchObject([{ id: 'w:inference:b4:float32:cpu:a/b', content }]);
});

it('fails a cell whose graph cannot be made here, unless the target would refuse it anyway', () => {
  const lacking = { ...item, graph: { failed: 'it needs 438 GiB' } };
  expect(plan([lacking])[0]?.decided).toEqual({ state: 'failed', reason: 'it needs 438 GiB' });
  const inferring = { ...target, modes: { ...target.modes, training: unsupported('it does not train') } };
  const [cell] = planCells([{ ...lacking, mode: 'training' }], [inferring], () => ({ available: true }));
  expect(cell?.decided?.state).toBe('unsupported');
});

it('labels a cell by the arithmetic that its target uses, not by how the model is stored', () => {
  const half = {
    ...{ name: 'g', opset: 21, outputs: [], parameters: [], nodes: [], values: {} },
    inputs: [{ name: 'x', type: 'float16', shape: [1, 4] }],
    weights: [{ name: 'w', type: 'float16', shape: [4, 4] }],
  } as Graph;
  const planning = (precision?: 'float32' | 'float16') => ({
    ...target,
    name: `a/${precision ?? 'silent'}`,
    lower: () => ({ plan: { form: 'nothing', precision } }),
  });
  const targets = [planning('float32'), planning('float16'), planning()];
  const cells = planCells([{ ...item, graph: half }], targets, () => ({ available: true }));
  expect(cells.map(({ id, precision }) => [id, precision])).toEqual([
    ['w:inference:b4:float32:cpu:a/float32', 'float32'],
    ['w:inference:b4:float16:cpu:a/float16', 'float16'],
    // What does not say it computes in the graph's own types.
    ['w:inference:b4:float16:cpu:a/silent', 'float16'],
  ]);
});
