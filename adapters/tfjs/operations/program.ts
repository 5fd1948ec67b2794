/** Operations of a plan as calls, prepared once; tensors in between are freed with their last reader. */
import type { Tensor } from '@tensorflow/tfjs';
import { defined, required } from '../../../common/at.js';
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
 * @param keep everything in between, as gradients need it
 */
export type Program = (inputs: readonly Tensor[], keep: boolean) => Tensor[];

/**
 * Tensors are found by their places in a list: for small ones a map would take a noticeable part of the time.
 *
 * @param constants by number
 */
export function prepare(tf: Tf, run: Run, constants: ReadonlyMap<number, Tensor>): Program {
  const places = placesOf(run);
  const placesAmong = (tensors: readonly number[]) => tensors.map((tensor) => required(places, tensor));
  const steps = stepsOf(tf, run).map(({ call, inputs, outputs, done }) => ({
    call,
    inputs: placesAmong(inputs),
    outputs: placesAmong(outputs),
    done: placesAmong(done),
  }));
  const [givenPlaces, resultPlaces] = [placesAmong(run.inputs), placesAmong(run.outputs)];
  const known = [...places.keys()].map((tensor) => constants.get(tensor));
  return (inputs, keep) => {
    const tensors = [...known];
    const find = (place: number) => defined(tensors[place], 'a tensor of a run');
    store(tensors, givenPlaces, inputs);
    for (const step of steps) {
      store(tensors, step.outputs, listOf(step.call(step.inputs.map(find))));
      if (!keep) for (const place of step.done) find(place).dispose();
    }
    return resultPlaces.map(find);
  };
}

/** The place of every tensor of a run, in order. */
function placesOf({ inputs, operations }: Run): ReadonlyMap<number, number> {
  const tensors = new Set([...inputs, ...operations.flatMap((each) => [...each.inputs, ...each.outputs])]);
  return new Map([...tensors].map((tensor, place) => [tensor, place]));
}

function store(
  tensors: (Tensor | undefined)[],
  places: readonly number[],
  found: readonly (Tensor | undefined)[],
): void {
  places.forEach((place, position) => {
    tensors[place] = found[position];
  });
}

function listOf(found: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(found) ? found : [found];
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
  return (inputs) => activate(listOf(call(inputs)));
}

function nativeOf<Kind extends OperationKind>(kind: Kind): (tf: Tf, settings: Operations[Kind]) => Call {
  return defined(natives[kind] as Native<Kind> | undefined, `the call of TensorFlow.js for ${kind}`);
}

export function tensorOf(tf: Tf, { data, shape, type }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], type);
}
