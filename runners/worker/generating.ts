/** A model that is run as a loop over itself: what generates a text, a token at a time. */
import type { InferenceModel, Stepping } from '../../adapters/adapter.js';
import { refuse } from '../../adapters/lowering/refusal.js';
import type { Generation } from '../../model/workload.js';

/** @throws UnsupportedError where the adapter's models cannot be fed back */
export function generating(model: InferenceModel, { steps }: Generation): InferenceModel {
  if (!isStepping(model)) refuse('its adapter has no way to feed outputs back');
  return {
    async run(buffer) {
      let inputs = model.inputsOf(buffer);
      let output = await model.call(inputs);
      for (let step = 1; step < steps; step++) {
        inputs = model.feed(inputs, output);
        output = await model.call(inputs);
      }
      return output;
    },
    read: (output) => model.read(output),
    ...(model.configuration ? { configuration: model.configuration } : {}),
    dispose: () => model.dispose(),
  };
}

function isStepping(model: InferenceModel): model is Stepping {
  return 'call' in model && 'feed' in model && 'inputsOf' in model;
}
