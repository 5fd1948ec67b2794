/** A plan of operations, from typed arrays to typed arrays. */
import type { Model, Stepping, Tensors } from '../../adapter.js';
import { fed, feedbackOf } from '../../lowering/feedback.js';
import { type HostTensor, hostConstant, hostPort, onnxPort } from '../../lowering/host.js';
import type { Plan } from '../../lowering/plan.js';
import type { Tf } from '../tf.js';
import { prepare, tensorOf } from './program.js';

type Outputs = readonly ArrayLike<number>[];

type Inputs = readonly HostTensor[];

export function loadOperations(tf: Tf, plan: Plan, given: Model): Stepping<Outputs, Inputs> {
  const program = prepare(tf, plan);
  const constants = new Map(
    plan.constants.map((constant) => [constant.tensor, tensorOf(tf, hostConstant(constant, given.weights))]),
  );
  const buffers = given.inputs.map((tensors) => plan.inputs.map((port) => hostPort(port, tensors)));
  const feedback = feedbackOf(given.manifest, plan.inputs, plan.outputs);
  const inputsOf = (buffer: number): Inputs => buffers[buffer] ?? [];
  const call = async (hosts: Inputs): Promise<Outputs> => {
    const outputs = tf.tidy(() => {
      const inputs = hosts.map((host) => tensorOf(tf, host));
      return program.compute(constants, inputs);
    });
    const values = await Promise.all(outputs.map((output) => output.data()));
    tf.dispose(outputs);
    return values as Outputs;
  };
  return {
    run: (buffer) => call(inputsOf(buffer)),
    inputsOf,
    call,
    feed: (inputs, outputs) => fed(inputs, outputs as readonly HostTensor['data'][], feedback),
    read: (values): Tensors =>
      Object.fromEntries(
        plan.outputs.map((port, position) => [port.name, onnxPort(port, values[position] ?? [])] as const),
      ),
    dispose: () => tf.dispose([...constants.values()]),
  };
}
