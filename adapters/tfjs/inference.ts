/** A built model, from typed arrays in the framework's layout to typed arrays. */
import { at } from '../../common/at.js';
import type { Model, Stepping, Tensors } from '../adapter.js';
import { fed, feedbackOf } from '../lowering/feedback.js';
import { type HostTensor, hostPort, onnxPort } from '../lowering/host.js';
import type { Plan } from '../lowering/plan.js';
import { buildModel } from './model.js';
import { tensorOf } from './operations/program.js';
import type { Tf } from './tf.js';

type Outputs = readonly ArrayLike<number>[];
type Inputs = readonly HostTensor[];

export function loadInference(tf: Tf, given: Model): Stepping<Outputs, Inputs> {
  const plan = given.plan as Plan;
  const { infer, dispose } = buildModel(tf, plan, 'inference', given.weights);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((port) => hostPort(port, tensors)));
  const feedback = feedbackOf(given.manifest, plan.inputs, plan.outputs);
  const inputsOf = (buffer: number): Inputs => at(buffers, buffer);
  const call = async (hosts: Inputs): Promise<Outputs> => {
    const outputs = tf.tidy(() => infer(hosts.map((host) => tensorOf(tf, host))));
    const values = await Promise.all(outputs.map((output) => output.data()));
    tf.dispose(outputs);
    return values;
  };
  return {
    run: (buffer) => call(inputsOf(buffer)),
    inputsOf,
    call,
    feed: (inputs, outputs) => fed(inputs, outputs as readonly HostTensor['data'][], feedback),
    read: (values): Tensors =>
      Object.fromEntries(
        plan.outputs.map((port, position) => [port.name, onnxPort(port, at(values, position))] as const),
      ),
    dispose,
  };
}
