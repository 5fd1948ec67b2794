import { expect, test } from 'vitest';
import framework from '../../adapters/null/index.js';
import { nodeTarget } from './conformance.js';
import { answer, makeModel, openTarget, supportOf } from './model.js';

const target = nodeTarget(framework, 'null/node');

test('gives its input back, whatever the graph', async () => {
  const model = await makeModel((g) => [g.gemm(g.input('x', [2, 3]), 'f', 3, 4, 1), [2, 4]]);
  expect(target.isNull).toBe(true);
  expect(supportOf(target, model.graph, 'inference')).toEqual({ supported: true });
  const loaded = await (await openTarget(target)).loadInference(model);
  expect((await answer(loaded, 1)).x).toBe(model.inputs[1]?.x);
});
