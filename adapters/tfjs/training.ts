/** `compile` and `trainOnBatch`. */
import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import type { Model, Tensors, TrainingModel } from '../adapter.js';
import { hostInput, onnxOutput } from '../lowering/layers/host-layout.js';
import type { LayerPlan } from '../lowering/layers/layer-plan.js';
import { toNative, toOnnx } from '../lowering/layers/weights.js';
import { isPlan, type Plan } from '../lowering/plan.js';
import { buildModel, type HeldWeight } from './build.js';
import { disposeAll } from './inference.js';
import { hostTargets, type Loss, lossOf } from './losses.js';
import { trainOperations } from './operations/training.js';
import { disposeOptimiser, optimiserOf } from './optimisers.js';
import type { Tf } from './tf.js';

export function loadTraining(tf: Tf, given: Model): TrainingModel {
  const plan = given.plan as LayerPlan | Plan;
  return isPlan(plan) ? trainOperations(tf, plan, given) : trainLayers(tf, plan, given);
}

function trainLayers(tf: Tf, plan: LayerPlan, given: Model): TrainingModel {
  const { model, held } = buildModel(tf, plan, given.graph, given.weights);
  const trained = held.filter((weight) => weight.trained);
  const [output] = plan.outputs;
  if (!output) throw new Error('the graph has no output');
  const classes = output.onnxShape.at(-1) ?? 1;
  const buffers = given.inputs.map((tensors) => ({
    inputs: plan.inputs.map((input) => mutable(hostInput(input, tensors))),
  }));
  const targets = hostTargets(given, classes);
  /** Of the batch that a step is at. */
  let advantages: Float32Array | undefined;
  const lossFunction = lossOf(tf, given, () => advantages);
  const inputsOf = (buffer: number) =>
    (buffers[buffer]?.inputs ?? []).map(({ data, shape }) => tf.tensor(data, shape));
  const labelsOf = (buffer: number) => {
    const target = targets[buffer];
    advantages = target?.advantages;
    return tf.tensor(target?.labels.data ?? [], target?.labels.shape ?? [0]);
  };
  let optimiser = compile(tf, model, given, lossFunction);
  return {
    async step(buffer) {
      const inputs = inputsOf(buffer);
      const labels = labelsOf(buffer);
      const loss = await model.trainOnBatch(inputs, labels);
      disposeAll(inputs);
      labels.dispose();
      return Array.isArray(loss) ? (loss[0] ?? Number.NaN) : loss;
    },
    reset() {
      disposeOptimiser(tf, optimiser);
      assign(tf, held, given.weights);
      optimiser = compile(tf, model, given, lossFunction);
    },
    output(buffer) {
      const data = tf.tidy(() => {
        const logits = model.apply(inputsOf(buffer), { training: true }) as Tensor;
        return Float32Array.from(logits.dataSync());
      });
      return { [output.name]: onnxOutput(output, data) };
    },
    gradients(buffer) {
      const inputs = inputsOf(buffer);
      const labels = labelsOf(buffer);
      const loss = () => lossFunction(labels, model.apply(inputs, { training: true }) as Tensor);
      const { value, grads } = tf.variableGrads(
        loss,
        trained.map(({ variable }) => variable),
      );
      const found = onnxTensors(trained, ({ variable }) => grads[variable.name]);
      tf.dispose([inputs, labels, value, grads]);
      return found;
    },
    weights: () => onnxTensors(trained, ({ variable }) => variable),
    dispose() {
      disposeOptimiser(tf, optimiser);
      model.dispose();
    },
  };
}

function compile(tf: Tf, model: LayersModel, given: Model, loss: Loss): Optimizer {
  const optimizer = optimiserOf(tf, given);
  model.compile({ optimizer, loss });
  return optimizer;
}

function assign(tf: Tf, held: readonly HeldWeight[], weights: Tensors): void {
  for (const { weight, variable } of held) {
    tf.tidy(() => variable.assign(tf.tensor(toNative(weight, weights), [...weight.shape])));
  }
}

function onnxTensors(
  held: readonly HeldWeight[],
  tensorOf: (held: HeldWeight) => Tensor | undefined,
): Tensors {
  return toOnnx(
    held.map((each) => [each.weight, Float32Array.from(tensorOf(each)?.dataSync() ?? [])] as const),
  );
}

function mutable({ data, shape }: { data: Float32Array; shape: readonly number[] }) {
  return { data, shape: [...shape] };
}
