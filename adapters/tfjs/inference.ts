/** A built model, from typed arrays in the framework's layout to typed arrays. */
import type { Tensor } from '@tensorflow/tfjs';
import { at } from '../../common/at.js';
import type { Model, Queue, Stepping, Tensors } from '../adapter.js';
import { fed, feedbackOf } from '../lowering/feedback.js';
import { type HostTensor, hostPort, onnxPort } from '../lowering/host.js';
import type { Plan } from '../lowering/plan.js';
import { buildModel } from './model.js';
import { tensorOf } from './operations/program.js';
import type { Tf } from './tf.js';

type Outputs = readonly ArrayLike<number>[];
type Inputs = readonly HostTensor[];

/** @param queues whether operations are queued for a device, and computed when it comes to them */
export function loadInference(tf: Tf, given: Model, queues: boolean): Stepping<Outputs, Inputs> {
  const plan = given.plan as Plan;
  const { infer, dispose } = buildModel(tf, plan, 'inference', given.weights);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((port) => hostPort(port, tensors)));
  const feedback = feedbackOf(given.manifest, plan.inputs, plan.outputs);
  const inputsOf = (buffer: number): Inputs => at(buffers, buffer);
  const begin = (hosts: Inputs): Tensor[] => tf.tidy(() => infer(hosts.map((host) => tensorOf(tf, host))));
  const collect = async (outputs: Tensor[]): Promise<Outputs> => {
    const values = await Promise.all(outputs.map((output) => output.data()));
    tf.dispose(outputs);
    return values;
  };
  const call = (hosts: Inputs): Promise<Outputs> => collect(begin(hosts));
  const queue: Queue<Outputs, Tensor[]> = {
    submit: (buffer) => begin(inputsOf(buffer)),
    async finish(pending) {
      // Its queues are in order.
      const values = await collect(at(pending, -1, 'the inferences that were submitted'));
      tf.dispose(pending.slice(0, -1));
      return values;
    },
  };
  return {
    run: (buffer) => call(inputsOf(buffer)),
    ...(queues ? { queue } : {}),
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
