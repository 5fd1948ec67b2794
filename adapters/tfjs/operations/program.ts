/** Operations of a plan as calls, prepared once; tensors in between are freed with their last reader. */
import type { Tensor } from '@tensorflow/tfjs';
import { defined, required } from '../../../common/at.js';
import type { HostTensor } from '../../lowering/host.js';
import type { OperationKind, Operations } from '../../lowering/operations/operation.js';
import type { Plan, PlannedOperation } from '../../lowering/plan.js';
import type { Tf } from '../tf.js';
import { natives } from './index.js';
import type { Call, Native } from './native.js';

/** Operations in topological order, with the numbers of the tensors that they begin and end with. */
export interface Run {
  readonly operations: readonly PlannedOperation[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A whole plan. */
export function runOf({ operations, inputs, outputs }: Plan): Run {
  return {
    operations,
    inputs: inputs.map(({ tensor }) => tensor),
    outputs: outputs.map(({ tensor }) => tensor),
  };
}

/** How an operation is computed, of which operands, and which of its results it gives. */
export interface StepCall {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** @param training whether gradients need what is computed in between */
  call(inputs: readonly Tensor[], training: boolean): Tensor | Tensor[];
}

interface Step extends StepCall {
  /** Tensors that nothing reads afterwards. */
  readonly done: readonly number[];
}

/**
 * The outputs of a run; called within `tf.tidy`.
 *
 * @param training whether gradients need what is computed in between
 */
export type Program = (inputs: readonly Tensor[], training: boolean) => Tensor[];

/**
 * Tensors are found by their places in a list: where they are small, a map would take a noticeable part of the time.
 *
 * @param constants by number
 * @param others what is computed otherwise than by a call of TensorFlow.js
 */
export function prepare(
  tf: Tf,
  run: Run,
  constants: ReadonlyMap<number, Tensor>,
  others: ReadonlyMap<PlannedOperation, StepCall>,
): Program {
  const places = placesOf(run);
  const placesAmong = (tensors: readonly number[]) => tensors.map((tensor) => required(places, tensor));
  const steps = stepsOf(tf, run, others).map(
    (step): Step => ({
      call: step.call,
      inputs: placesAmong(step.inputs),
      outputs: placesAmong(step.outputs),
      done: placesAmong(step.done),
    }),
  );
  const [givenPlaces, resultPlaces] = [placesAmong(run.inputs), placesAmong(run.outputs)];
  const known = [...places.keys()].map((tensor) => constants.get(tensor));
  return (inputs, training) => {
    const tensors = [...known];
    const find = (place: number) => defined(tensors[place], 'a tensor of a run');
    store(tensors, givenPlaces, inputs);
    for (const step of steps) {
      store(tensors, step.outputs, listOf(step.call(step.inputs.map(find), training)));
      if (!training) for (const place of step.done) find(place).dispose();
    }
    // Whoever reads a result disposes of it, and a constant is to stay.
    return resultPlaces.map((place) => (known[place] ? find(place).clone() : find(place)));
  };
}

/** The place of every tensor of a run. */
function placesOf({ inputs, operations, outputs }: Run): ReadonlyMap<number, number> {
  const between = operations.flatMap((each) => [...each.inputs, ...each.outputs]);
  const tensors = new Set([...inputs, ...between, ...outputs]);
  return new Map([...tensors].map((tensor, place) => [tensor, place]));
}

function store(tensors: (Tensor | undefined)[], places: readonly number[], found: readonly Tensor[]): void {
  places.forEach((place, position) => {
    tensors[place] = found[position];
  });
}

function listOf(found: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(found) ? found : [found];
}

function stepsOf(
  tf: Tf,
  { operations, outputs }: Run,
  others: ReadonlyMap<PlannedOperation, StepCall>,
): Step[] {
  const calls = operations.map((operation): StepCall => {
    const { inputs, outputs: results } = operation;
    return others.get(operation) ?? { call: callOf(tf, operation), inputs, outputs: results };
  });
  const lastReader = new Map<number, number>();
  calls.forEach(({ inputs }, index) => {
    for (const tensor of inputs) lastReader.set(tensor, index);
  });
  const kept = new Set(outputs);
  const made = new Set(calls.flatMap((each) => each.outputs));
  return calls.map((each, index) => ({
    call: each.call,
    inputs: each.inputs,
    outputs: each.outputs,
    done: [...new Set(each.inputs)].filter(
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
