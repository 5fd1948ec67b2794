/** Training of a plan of operations: `minimize` and `variableGrads`. */
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import type { Model, Tensors, TrainingModel } from '../../adapter.js';
import { halfTrained } from '../../lowering/half-trained.js';
import { hostConstant, hostPort, onnxPort } from '../../lowering/host.js';
import type { Plan } from '../../lowering/plan.js';
import { type NativeWeight, toNative, toOnnx } from '../../lowering/layers/weights.js';
import { hostTargets, lossOf } from '../losses.js';
import type { Tf } from '../open.js';
import { disposeOptimiser, optimiserOf } from '../training.js';
import { prepare, present, tensorOf } from './program.js';

interface Trained {
  readonly tensor: number;
  readonly weight: NativeWeight;
  readonly variable: Variable;
  /** The second half of a bias of which the first learns alone: see `halfTrained`. */
  readonly frozen?: Tensor;
}

export function trainOperations(tf: Tf, plan: Plan, given: Model): TrainingModel {
  const program = prepare(tf, plan);
  const { trained, constants } = constantsOf(tf, plan, given);
  const variables = trained.map(({ variable }) => variable);
  const halved = trained.flatMap(({ frozen, ...each }) => (frozen ? { ...each, frozen } : []));
  const port = present(plan.outputs[0], 0);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((each) => hostPort(each, tensors)));
  const targets = hostTargets(given, port.onnxShape.at(-1) ?? 1);
  const outputOf = (buffer: number): Tensor => {
    const inputs = (buffers[buffer] ?? []).map((host) => tensorOf(tf, host));
    // Joined anew in each pass: what was joined in the last one is disposed of.
    for (const { tensor, variable, frozen } of halved)
      constants.set(tensor, tf.concat([variable, frozen], 1));
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
      for (const { weight, variable, frozen } of trained) {
        tf.tidy(() => {
          const whole = tf.tensor(toNative(weight, given.weights), [...weight.shape]);
          variable.assign(frozen ? halvesOf(tf, whole)[0] : whole);
        });
      }
      optimiser = optimiserOf(tf, given);
    },
    output(buffer) {
      const data = tf.tidy(() => outputOf(buffer).dataSync());
      return { [port.name]: onnxPort(port, data) };
    },
    gradients(buffer) {
      const { value, grads } = tf.variableGrads(lossAt(buffer), variables);
      const found = onnxTensors(tf, trained, ({ variable }) => grads[variable.name]);
      tf.dispose([value, grads]);
      return found;
    },
    weights: () => onnxTensors(tf, trained, ({ variable }) => variable),
    dispose() {
      disposeOptimiser(tf, optimiser);
      tf.dispose([...constants.values(), ...variables, ...halved.map(({ frozen }) => frozen)]);
    },
  };
}

/** Parameters of the graph as variables, and what the program reads, but for those that are joined of halves. */
function constantsOf(tf: Tf, plan: Plan, { graph, weights }: Model) {
  const halved = halfTrained(graph);
  const trained: Trained[] = [];
  const constants = new Map<number, Tensor>();
  for (const constant of plan.constants) {
    const { tensor, source } = constant;
    const made = tensorOf(tf, hostConstant(constant, weights));
    if (source.kind === 'weight' && graph.parameters.includes(source.weight.name)) {
      const { weight } = source;
      const [first, frozen] = halved.has(weight.name) ? halvesOf(tf, made) : [made];
      const variable = tf.variable(first);
      trained.push({ tensor, weight, variable, ...(frozen && { frozen }) });
      if (!frozen) constants.set(tensor, variable);
      tf.dispose(frozen ? [made, first] : made);
    } else {
      constants.set(tensor, made);
    }
  }
  return { trained, constants };
}

function halvesOf(tf: Tf, bias: Tensor): [first: Tensor, second: Tensor] {
  const [first, second] = tf.split(bias, 2, 1);
  return [present(first, 0), present(second, 1)];
}

/** Values or gradients of what is trained, zeros where no training moves anything. */
function onnxTensors(
  tf: Tf,
  trained: readonly Trained[],
  tensorOf: (each: Trained) => Tensor | undefined,
): Tensors {
  const dataOf = (each: Trained) =>
    tf.tidy(() => {
      const tensor = tensorOf(each);
      const whole = tensor && each.frozen ? tf.concat([tensor, tf.zerosLike(tensor)], 1) : tensor;
      return Float32Array.from(whole?.dataSync() ?? []);
    });
  return toOnnx(trained.map((each) => [each.weight, dataOf(each)] as const));
}
