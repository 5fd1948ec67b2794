/** `predict`, from typed arrays in the framework's layout to typed arrays. */
import type { Tensor } from '@tensorflow/tfjs';
import type { InferenceModel, Model, Stepping } from '../adapter.js';
import { fed, feedbackOf } from '../lowering/feedback.js';
import { hostInput, onnxOutput } from '../lowering/layers/host-layout.js';
import type { LayerPlan } from '../lowering/layers/layer-plan.js';
import { isPlan, type Plan } from '../lowering/plan.js';
import { buildModel } from './build.js';
import { loadOperations } from './operations/inference.js';
import type { Tf } from './tf.js';

type Outputs = readonly Float32Array[];

export function loadInference(tf: Tf, given: Model): InferenceModel {
  const plan = given.plan as LayerPlan | Plan;
  return isPlan(plan) ? loadOperations(tf, plan, given) : loadLayers(tf, plan, given);
}

type Inputs = readonly { readonly data: Float32Array; readonly shape: number[] }[];

function loadLayers(tf: Tf, plan: LayerPlan, given: Model): Stepping<Outputs, Inputs> {
  const { model } = buildModel(tf, plan, given.graph, given.weights);
  const buffers = given.inputs.map((tensors) => {
    const arrays = plan.inputs.map((input) => hostInput(input, tensors));
    return arrays.map(({ data, shape }) => ({ data, shape: [...shape] }));
  });
  // Its own default cuts a batch into pieces of 32.
  const batchSize = buffers[0]?.[0]?.shape[0] ?? 1;
  const feedback = feedbackOf(given.manifest, plan.inputs, plan.outputs);
  const inputsOf = (buffer: number): Inputs => buffers[buffer] ?? [];
  const call = async (arrays: Inputs): Promise<Outputs> => {
    const inputs = arrays.map(({ data, shape }) => tf.tensor(data, shape));
    const outputs = [model.predict(inputs, { batchSize })].flat();
    const values = await Promise.all(outputs.map((output) => output.data<'float32'>()));
    disposeAll(inputs);
    disposeAll(outputs);
    return values;
  };
  return {
    run: (buffer) => call(inputsOf(buffer)),
    inputsOf,
    call,
    feed: (inputs, outputs) => fed(inputs, outputs, feedback),
    read: (values) =>
      Object.fromEntries(
        plan.outputs.map((output, position) => [
          output.name,
          onnxOutput(output, values[position] ?? new Float32Array()),
        ]),
      ),
    dispose: () => void model.dispose(),
  };
}

export function disposeAll(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
