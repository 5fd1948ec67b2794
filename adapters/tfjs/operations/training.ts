/** Training of a plan of operations: `minimize` and `variableGrads`. */
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import type { Model, Tensors, TrainingModel } from '../../adapter.js';
import { hostConstant, hostPort, onnxPort } from '../../lowering/host.js';
import type { Plan, PlannedConstant } from '../../lowering/plan.js';
import { toOnnx, type WeightPart } from '../../lowering/weight-part.js';
import { hostTargets, lossOf } from '../losses.js';
import { disposeOptimiser, optimiserOf } from '../optimisers.js';
import type { Tf } from '../tf.js';
import { prepare, present, tensorOf } from './program.js';

interface Trained {
  readonly constant: PlannedConstant;
  readonly part: WeightPart;
  readonly variable: Variable;
}

export function trainOperations(tf: Tf, plan: Plan, given: Model): TrainingModel {
  const program = prepare(tf, plan);
  const { trained, constants } = constantsOf(tf, plan, given);
  const variables = trained.map(({ variable }) => variable);
  const port = present(plan.outputs[0], 0);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((each) => hostPort(each, tensors)));
  const targets = hostTargets(given, port.onnxShape.at(-1) ?? 1);
  const outputOf = (buffer: number): Tensor => {
    const inputs = (buffers[buffer] ?? []).map((host) => tensorOf(tf, host));
    return present(program.compute(constants, inputs, true)[0], port.tensor);
  };
  let advantages: Float32Array | undefined;
  const lossFunction = lossOf(tf, given, () => advantages);
  const lossAt = (buffer: number) => (): Scalar => {
    const target = targets[buffer];
    advantages = target?.advantages;
    const labels = tf.tensor(target?.labels.data ?? [], target?.labels.shape ?? [0]);
    return lossFunction(labels, outputOf(buffer));
  };
  let optimiser = optimiserOf(tf, given);
  return {
    async step(buffer) {
      const loss = tf.tidy(() =>
        present(optimiser.minimize(lossAt(buffer), true, variables) ?? undefined, 0),
      );
      const [value = Number.NaN] = await loss.data();
      loss.dispose();
      return value;
    },
    reset() {
      disposeOptimiser(tf, optimiser);
      for (const { constant, variable } of trained)
        tf.tidy(() => variable.assign(tensorOf(tf, hostConstant(constant, given.weights))));
      optimiser = optimiserOf(tf, given);
    },
    output(buffer) {
      const data = tf.tidy(() => outputOf(buffer).dataSync());
      return { [port.name]: onnxPort(port, data) };
    },
    gradients(buffer) {
      const { value, grads } = tf.variableGrads(lossAt(buffer), variables);
      const found = onnxTensors(trained, ({ variable }) => grads[variable.name]);
      tf.dispose([value, grads]);
      return found;
    },
    weights: () => onnxTensors(trained, ({ variable }) => variable),
    dispose() {
      disposeOptimiser(tf, optimiser);
      tf.dispose([...constants.values(), ...variables]);
    },
  };
}

/** What the program reads, by number; of that, what is trained as variables. */
function constantsOf(tf: Tf, plan: Plan, { weights }: Model) {
  const trained: Trained[] = [];
  const constants = new Map<number, Tensor>();
  for (const constant of plan.constants) {
    const made = tensorOf(tf, hostConstant(constant, weights));
    if (constant.trained && constant.source.kind === 'weight') {
      const variable = tf.variable(made);
      made.dispose();
      trained.push({ constant, part: constant.source.weight, variable });
      constants.set(constant.tensor, variable);
    } else {
      constants.set(constant.tensor, made);
    }
  }
  return { trained, constants };
}

/** Values or gradients of what is trained, zeros elsewhere. */
function onnxTensors(trained: readonly Trained[], tensorOf: (each: Trained) => Tensor | undefined): Tensors {
  return toOnnx(
    trained.map((each) => {
      const values = tensorOf(each)?.dataSync() ?? new Float32Array(each.variable.size);
      return [each.part, Float32Array.from(values)] as const;
    }),
  );
}
