/** A plan of operations, from typed arrays to typed arrays. */
import type { InferenceModel, Model, Tensors } from '../../adapter.js';
import { hostConstant, hostPort, onnxPort } from '../../lowering/operations/host.js';
import type { OperationPlan } from '../../lowering/operations/plan.js';
import type { Tf } from '../open.js';
import { prepare, tensorOf } from './program.js';

type Outputs = readonly ArrayLike<number>[];

export function loadOperations(tf: Tf, plan: OperationPlan, given: Model): InferenceModel<Outputs> {
  const program = prepare(tf, plan);
  const constants = new Map(
    plan.constants.map((constant) => [constant.tensor, tensorOf(tf, hostConstant(constant, given.weights))]),
  );
  const buffers = given.inputs.map((tensors) => plan.inputs.map((port) => hostPort(port, tensors)));
  return {
    async run(buffer) {
      const outputs = tf.tidy(() => {
        const inputs = (buffers[buffer] ?? []).map((host) => tensorOf(tf, host));
        return program.compute(constants, inputs);
      });
      const values = await Promise.all(outputs.map((output) => output.data()));
      tf.dispose(outputs);
      return values as Outputs;
    },
    read: (values): Tensors =>
      Object.fromEntries(
        plan.outputs.map((port, position) => [port.name, onnxPort(port, values[position] ?? [])] as const),
      ),
    dispose: () => tf.dispose([...constants.values()]),
  };
}
