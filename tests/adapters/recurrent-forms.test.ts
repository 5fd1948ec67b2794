/** Recurrent layers in every form that backends take them, against ONNX Runtime: gates, biases, layouts, directions. */
import { describe, expect, test } from 'vitest';
import type { Capabilities, RecurrentForm } from '../../adapters/lowering/capabilities.js';
import { makePlan } from '../../adapters/lowering/lower.js';
import { required } from '../../common/at.js';
import { recurrent } from '../../suites/conformance/recurrent-cases.js';
import { makeModel, reference, relativeError } from './model.js';
import { capabilitiesOf, evaluate } from './operations-evaluator.js';

const two = { LSTM: 2, GRU: 2, RNN: 2 } as const;
const forms: Readonly<Record<string, RecurrentForm>> = {
  'as PyTorch has them': {
    gates: { LSTM: 'ifco', GRU: 'rzh' },
    ...{ biases: two, transposed: false, batchFirst: false, states: 'stacked' },
  },
  'as PyTorch has them, batch first': {
    gates: { LSTM: 'ifco', GRU: 'rzh' },
    ...{ biases: two, transposed: false, batchFirst: true, states: 'stacked' },
  },
  'as Keras has them': {
    gates: { LSTM: 'ifco', GRU: 'zrh' },
    ...{ biases: { LSTM: 1, GRU: 2, RNN: 1 }, transposed: true, batchFirst: true, states: 'joined' },
  },
};

function withForm(form: RecurrentForm): Capabilities {
  const capabilities = capabilitiesOf('last', 'all');
  const layers = { LSTM: () => undefined, GRU: () => undefined, RNN: () => undefined };
  return { ...capabilities, recurrent: form, operations: { ...capabilities.operations, ...layers } };
}

describe.each(Object.entries(forms))('%s', (_, form) => {
  test.each(Object.entries(recurrent))('%s', async (__, draw) => {
    const model = await makeModel(draw);
    const capabilities = withForm(form);
    const plan = makePlan(model.graph, 'inference', capabilities);
    const made = evaluate(plan, capabilities, model.inputs[0] ?? {}, model.weights);
    for (const [name, expected] of Object.entries(await reference(model, 0))) {
      const found = required(made, name);
      expect(relativeError({ type: 'float64', ...found }, expected)).toBeLessThan(1e-5);
    }
  });
});
