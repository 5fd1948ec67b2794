/** The loop of one's own that the guide to training shows: `minimize` and `variableGrads`. */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { at, defined } from '../../common/at.js';
import type { Model, Tensors, TrainingModel } from '../adapter.js';
import { hostPort, onnxPort } from '../lowering/host.js';
import type { Plan } from '../lowering/plan.js';
import { toOnnx, type WeightPart } from '../lowering/weight-part.js';
import { assign, type Held } from './built-model.js';
import { hostTargets, lossOf } from './losses.js';
import { buildModel } from './model.js';
import { tensorOf } from './operations/program.js';
import { disposeOptimiser, optimiserOf } from './optimisers.js';
import type { Tf } from './tf.js';

export function loadTraining(tf: Tf, given: Model): TrainingModel {
  const plan = given.plan as Plan;
  const built = buildModel(tf, plan, 'training', given.weights);
  const trained = built.held.filter(({ constant }) => constant.trained);
  const variables = trained.map(({ variable }) => variable);
  const port = at(plan.outputs, 0);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((each) => hostPort(each, tensors)));
  const targets = hostTargets(given, at(port.onnxShape, -1));
  const outputOf = (buffer: number): Tensor => {
    const inputs = at(buffers, buffer).map((host) => tensorOf(tf, host));
    return at(built.train(inputs), 0);
  };
  let advantages: Float32Array | undefined;
  const lossFunction = lossOf(tf, given, () => advantages);
  const lossAt = (buffer: number) => (): Scalar => {
    const target = at(targets, buffer);
    advantages = target.advantages;
    return lossFunction(tf.tensor(target.labels.data, target.labels.shape), outputOf(buffer));
  };
  let optimiser = optimiserOf(tf, given);
  return {
    async step(buffer) {
      const loss = tf.tidy(() => defined(optimiser.minimize(lossAt(buffer), true, variables), 'the loss'));
      const value = at(await loss.data(), 0);
      loss.dispose();
      return value;
    },
    reset() {
      disposeOptimiser(tf, optimiser);
      for (const held of built.held) assign(tf, held, given.weights);
      optimiser = optimiserOf(tf, given);
    },
    async output(buffer) {
      const output = tf.tidy(() => outputOf(buffer));
      const data = await output.data();
      output.dispose();
      return { [port.name]: onnxPort(port, data) };
    },
    async gradients(buffer) {
      const { value, grads } = tf.tidy(() => tf.variableGrads(lossAt(buffer), variables));
      const found = await onnxTensors(trained, ({ variable }) => grads[variable.name]);
      tf.dispose([value, grads]);
      return found;
    },
    weights: () => onnxTensors(trained, ({ variable }) => variable),
    dispose() {
      disposeOptimiser(tf, optimiser);
      built.dispose();
    },
  };
}

/** Values or gradients of what is trained; zeros where there is no gradient. */
async function onnxTensors(
  trained: readonly Held[],
  tensorOf: (held: Held) => Tensor | undefined,
): Promise<Tensors> {
  const parts: (readonly [WeightPart, Float32Array])[] = [];
  for (const held of trained) {
    const { source } = held.constant;
    if (source.kind !== 'weight') continue;
    const values = (await tensorOf(held)?.data()) ?? new Float32Array(held.variable.size);
    parts.push([source.weight, Float32Array.from(values)]);
  }
  return toOnnx(parts);
}
