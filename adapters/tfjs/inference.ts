/**
 * `predict`, which is how users run a model of the Layers API's own layers. What it has no layers for they write as a function and
 * call: such a model is called as well. From typed arrays in the framework's layout to typed arrays.
 */
import type { Tensor } from '@tensorflow/tfjs';
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
  const { model, isPlain, places, dispose } = buildModel(tf, plan, 'inference', given.weights);
  const buffers = given.inputs.map((tensors) => plan.inputs.map((port) => hostPort(port, tensors)));
  const feedback = feedbackOf(given.manifest, plan.inputs, plan.outputs);
  const batchSize = isPlain ? batchOf(plan) : undefined;
  const inputsOf = (buffer: number): Inputs => at(buffers, buffer);
  const outputsOf = (hosts: Inputs): Tensor[] => {
    const inputs = hosts.map((host) => tensorOf(tf, host));
    const nothing = () => [tf.zeros([1])];
    return [
      batchSize === undefined
        ? (model.apply(inputs.length > 0 ? inputs : nothing()) as Tensor | Tensor[])
        : model.predict(inputs, { batchSize }),
    ].flat();
  };
  const call = async (hosts: Inputs): Promise<Outputs> => {
    const outputs = tf.tidy(() => outputsOf(hosts));
    const values = await Promise.all(outputs.map((output) => output.data()));
    tf.dispose(outputs);
    return places.map((place) => at(values, place));
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

/**
 * The number of examples, where `predict` takes the inputs: it cuts them along their first axis, in pieces of 32 by default.
 * Undefined for others, with which the model is called.
 */
function batchOf({ inputs }: Plan): number | undefined {
  const shapes = inputs.map(({ axes, onnxShape }) => axes.map((axis) => at(onnxShape, axis)));
  const [[batch] = []] = shapes;
  const isTaken = shapes.every(
    (shape) => shape.length > 1 && shape.length <= 6 && shape[0] === batch && !shape.includes(0),
  );
  return isTaken ? batch : undefined;
}
