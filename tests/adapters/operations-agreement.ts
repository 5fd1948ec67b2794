/** A small model as plans of operations for several backends, each evaluated, beside ONNX Runtime. */
import { expect } from 'vitest';
import type { Capabilities } from '../../adapters/lowering/capabilities.js';
import { makePlan } from '../../adapters/lowering/lower.js';
import { elementCount } from '../../model/graph.js';
import { normalise } from '../../model/normalise/normalise.js';
import type { BuildGraph } from '../../suites/conformance/case-graph.js';
import { sourceOf } from '../../suites/conformance/conformance-cases.js';
import { reference, relativeError } from './model.js';
import { capabilitiesOf, evaluate } from './operations-evaluator.js';

export interface Case {
  readonly draw: BuildGraph;
  readonly opset?: number;
}

const everyBackend = (['first', 'last'] as const).flatMap((channels) =>
  (['none', 'simple', 'all'] as const).map((has) => capabilitiesOf(channels, has)),
);
/** One that fuses whatever can be fused. */
const fusing: Capabilities = {
  ...capabilitiesOf('last', 'all'),
  title: 'fusing',
  gemmOutputs: 'first',
  gemmFlattens: true,
  fusedActivations: { Conv: ['Relu', 'Sigmoid', 'Tanh'], Gemm: ['Relu', 'Softmax'] },
};

export async function expectAgreement({ draw, opset }: Case): Promise<void> {
  const { model, inputInfo, inputs } = sourceOf({ build: draw, mode: 'inference' });
  const { labels: _labels, ...sample } = inputs[0] ?? {};
  const normal = await normalise({ ...model, opset: opset ?? model.opset }, inputInfo, sample, []);
  const expected = await reference({ ...normal, inputs: [sample] }, 0);
  for (const capabilities of [...everyBackend, fusing]) {
    const plan = makePlan(normal.graph, 'inference', capabilities);
    const found = evaluate(plan, capabilities, sample, normal.weights);
    for (const [name, tensor] of Object.entries(expected)) {
      const { shape = [], data = [] } = found[name] ?? {};
      const actual = { type: 'float32' as const, shape, data: Float32Array.from(data) };
      expect(elementCount(shape)).toBeGreaterThan(0);
      expect(relativeError(actual, tensor), capabilities.title).toBeLessThan(1e-5);
    }
  }
}
