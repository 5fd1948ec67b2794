/** A plan of operations as calls, prepared once; tensors in between are freed with their last reader. */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensor } from '../../lowering/host.js';
import type { OperationKind } from '../../lowering/operations/operation.js';
import type { Plan, PlannedOperation } from '../../lowering/plan.js';
import type { Tf } from '../tf.js';
import { natives } from './index.js';
import type { Call, Native } from './native.js';

interface Step {
  readonly call: Call;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensors that nothing reads afterwards. */
  readonly done: readonly number[];
}

export interface Program {
  /**
   * The plan's outputs; call it within `tf.tidy`.
   *
   * @param constants by number
   * @param keep everything in between, as gradients need it
   */
  compute(constants: ReadonlyMap<number, Tensor>, inputs: readonly Tensor[], keep?: boolean): Tensor[];
}

export function prepare(tf: Tf, plan: Plan): Program {
  const steps = stepsOf(tf, plan);
  return {
    compute(constants, inputs, keep = false) {
      const tensors = new Map(constants);
      plan.inputs.forEach(({ tensor }, position) => {
        tensors.set(tensor, present(inputs[position], tensor));
      });
      for (const step of steps) {
        const found = [step.call(step.inputs.map((tensor) => present(tensors.get(tensor), tensor)))].flat();
        step.outputs.forEach((tensor, position) => {
          tensors.set(tensor, present(found[position], tensor));
        });
        if (!keep) for (const tensor of step.done) tensors.get(tensor)?.dispose();
      }
      return plan.outputs.map(({ tensor }) => present(tensors.get(tensor), tensor));
    },
  };
}

function stepsOf(tf: Tf, { operations, outputs }: Plan): Step[] {
  const lastReader = new Map<number, number>();
  operations.forEach((operation, index) => {
    for (const tensor of [...operation.outputs, ...operation.inputs]) lastReader.set(tensor, index);
  });
  const kept = new Set(outputs.map(({ tensor }) => tensor));
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

function callOf<Kind extends OperationKind>(tf: Tf, { kind, settings, node }: PlannedOperation): Call {
  const native = natives[kind] as Native<Kind> | undefined;
  if (!native) throw new Error(`${node} is planned with ${kind}, which TensorFlow.js has no call for`);
  return native(tf, settings as never);
}

export function tensorOf(tf: Tf, { data, shape, type }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], type);
}

export function present<Item>(item: Item | undefined, tensor: number): Item {
  if (item === undefined) throw new Error(`no operation makes tensor ${tensor}`);
  return item;
}
