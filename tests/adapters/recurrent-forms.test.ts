/** Recurrent layers in every form that backends take them, against ONNX Runtime: gates, biases, layouts, directions. */
import { describe, expect, test } from 'vitest';
import { makePlan } from '../../adapters/lowering/lower.js';
import { required } from '../../common/at.js';
import { recurrent } from '../../suites/conformance/recurrent-cases.js';
import { makeModel, reference, relativeError } from './model.js';
import { evaluate } from './operations-evaluator.js';
import { forms, withForm } from './recurrent-forms.js';

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
