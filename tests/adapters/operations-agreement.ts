/** A small model as plans of operations in six dialects, each evaluated, beside ONNX Runtime. */
import { expect } from 'vitest';
import { planOperations } from '../../adapters/lowering/operations/plan-operations.js';
import { sourceOf } from '../../suites/conformance/artefacts.js';
import type { Draw } from '../../suites/conformance/model.js';
import { elementCount } from '../../suites/onnx/graph.js';
import { normalise } from '../../suites/onnx/normalise.js';
import { reference, relativeError } from './model.js';
import { dialectOf, evaluate } from './operations-evaluator.js';

export interface Case {
  readonly draw: Draw;
  readonly opset?: number;
}

const dialects = (['first', 'last'] as const).flatMap((channels) =>
  (['none', 'simple', 'all'] as const).map((has) => dialectOf(channels, has)),
);

export async function expectAgreement({ draw, opset }: Case): Promise<void> {
  const { model, inputInfo, inputs } = sourceOf({ draw, mode: 'inference' });
  const { labels: _labels, ...sample } = inputs[0] ?? {};
  const normal = await normalise({ ...model, opset: opset ?? model.opset }, inputInfo, sample, []);
  const expected = await reference({ ...normal, inputs: [sample] }, 0);
  for (const dialect of dialects) {
    const plan = planOperations(normal.graph, 'inference', dialect);
    const found = evaluate(plan, dialect, sample, normal.weights);
    for (const [name, tensor] of Object.entries(expected)) {
      const { shape = [], data = [] } = found[name] ?? {};
      const actual = { type: 'float32' as const, shape, data: Float32Array.from(data) };
      expect(elementCount(shape)).toBeGreaterThan(0);
      expect(relativeError(actual, tensor), dialect.title).toBeLessThan(1e-5);
    }
  }
}
