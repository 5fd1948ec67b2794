/** Operations of a plan as calls, prepared once; tensors in between are freed with their last reader. */
import type { Tensor } from '@tensorflow/tfjs';
import { at, defined, required } from '../../../common/at.js';
import type { HostTensor } from '../../lowering/host.js';
import type { OperationKind, Operations } from '../../lowering/operations/operation.js';
import type { PlannedOperation } from '../../lowering/plan.js';
import type { Tf } from '../tf.js';
import { natives } from './index.js';
import type { Call, Native } from './native.js';

/** Operations in topological order, with the numbers of the tensors that they begin and end with. */
export interface Run {
  readonly operations: readonly PlannedOperation[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

interface Step {
  readonly call: Call;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensors that nothing reads afterwards. */
  readonly done: readonly number[];
}

/**
 * The outputs of a run; called within `tf.tidy`.
 *
 * @param constants by number
 * @param keep everything in between, as gradients need it
 */
export type Program = (
  constants: ReadonlyMap<number, Tensor>,
  inputs: readonly Tensor[],
  keep: boolean,
) => Tensor[];

export function prepare(tf: Tf, run: Run): Program {
  const steps = stepsOf(tf, run);
  return (constants, inputs, keep) => {
    const tensors = new Map<number, Tensor>();
    const find = (tensor: number) => tensors.get(tensor) ?? required(constants, tensor, 'tensors');
    run.inputs.forEach((tensor, position) => {
      tensors.set(tensor, at(inputs, position));
    });
    for (const step of steps) {
      const found = [step.call(step.inputs.map(find))].flat();
      step.outputs.forEach((tensor, position) => {
        tensors.set(tensor, at(found, position));
      });
      if (!keep) for (const tensor of step.done) required(tensors, tensor).dispose();
    }
    return run.outputs.map((tensor) => required(tensors, tensor, 'tensors'));
  };
}

function stepsOf(tf: Tf, { operations, outputs }: Run): Step[] {
  const lastReader = new Map<number, number>();
  operations.forEach((operation, index) => {
    for (const tensor of [...operation.outputs, ...operation.inputs]) lastReader.set(tensor, index);
  });
  const kept = new Set(outputs);
  const made = new Set(operations.flatMap((operation) => operation.outputs));
  return operations.map((operation, index) => ({
    call: callOf(tf, operation),
    inputs: operation.inputs,
    outputs: operation.outputs,
    done: [...new Set([...operation.inputs, ...operation.outputs])].filter(
      (tensor) => lastReader.get(tensor) === index && made.has(tensor) && !kept.has(tensor),
    ),
  }));
}

function callOf(tf: Tf, { kind, settings, activation }: PlannedOperation): Call {
  const call = nativeOf(kind)(tf, settings as never);
  if (!activation) return call;
  const activate = nativeOf(activation.kind)(tf, activation.settings as never);
  return (inputs) => activate([call(inputs)].flat());
}

function nativeOf<Kind extends OperationKind>(kind: Kind): (tf: Tf, settings: Operations[Kind]) => Call {
  return defined(natives[kind] as Native<Kind> | undefined, `the call of TensorFlow.js for ${kind}`);
}

export function tensorOf(tf: Tf, { data, shape, type }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], type);
}
