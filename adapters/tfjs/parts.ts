/**
 * A plan as layers: the Layers API's own, and between them runs of operations for which it has none. Such a run has one last
 * operation and takes in what only it reads, so that its layer has the outputs of one operation: layers with several outputs
 * are computed once for each of them in TensorFlow.js 4.22.0.
 */
import { at, defined } from '../../common/at.js';
import type { Plan, PlannedOperation } from '../lowering/plan.js';
import { layerOf, plainLayerOf } from './layers/index.js';
import type { OwnLayer } from './layers/layer.js';
import type { Run } from './operations/program.js';
import type { PlanTensors } from './plan-tensors.js';
import type { Tf } from './tf.js';

export type Part =
  | { readonly kind: 'layer'; readonly operation: PlannedOperation; readonly own: OwnLayer }
  | { readonly kind: 'run'; readonly run: Run };

/** In topological order. */
export function partsOf(tf: Tf, plan: Plan, tensors: PlanTensors): Part[] {
  const layers = new Map<PlannedOperation, OwnLayer>();
  for (const operation of plan.operations) {
    const own = layerOf(tf, operation, tensors);
    if (own) layers.set(operation, own);
  }
  return runsOf(plan, layers).flatMap((operations): Part[] => {
    const own = operations.map((operation) => layers.get(operation) ?? plainLayerOf(tf, operation, tensors));
    // What consists of layers is layers, as a user would write it.
    if (own.every((each) => each !== undefined))
      return operations.map((operation, place) => ({ kind: 'layer', operation, own: at(own, place) }));
    return [{ kind: 'run', run: asRun(plan, operations, tensors) }];
  });
}

/** Operations by run, in the order of their last ones; a layer is a run of its own. */
function runsOf(plan: Plan, layers: ReadonlyMap<PlannedOperation, OwnLayer>): PlannedOperation[][] {
  const runs = new Map<PlannedOperation, PlannedOperation[]>();
  /** The last operation of the run of each. */
  const lasts = new Map<PlannedOperation, PlannedOperation>();
  const readers = readersOf(plan);
  for (const operation of plan.operations.toReversed()) {
    const reading = new Set(
      operation.outputs.flatMap((tensor) =>
        (readers.get(tensor) ?? []).map((reader) => (reader === 'output' ? reader : lasts.get(reader))),
      ),
    );
    const [only] = reading;
    const isJoined = reading.size === 1 && only !== undefined && only !== 'output' && !layers.has(only);
    const last = isJoined && !layers.has(operation) ? only : operation;
    lasts.set(operation, last);
    runs.set(last, [operation, ...(runs.get(last) ?? [])]);
  }
  return plan.operations.flatMap((operation) => {
    const own = runs.get(operation);
    return own ? [own] : [];
  });
}

type Reader = PlannedOperation | 'output';

function readersOf({ operations, outputs }: Plan): ReadonlyMap<number, readonly Reader[]> {
  const readers = new Map<number, Reader[]>();
  const add = (tensor: number, reader: Reader) =>
    readers.set(tensor, [...(readers.get(tensor) ?? []), reader]);
  for (const operation of operations) for (const tensor of operation.inputs) add(tensor, operation);
  for (const { tensor } of outputs) add(tensor, 'output');
  return readers;
}

function asRun(plan: Plan, operations: readonly PlannedOperation[], tensors: PlanTensors): Run {
  const made = new Set(operations.flatMap(({ outputs }) => outputs));
  const read = new Set(operations.flatMap(({ inputs }) => inputs));
  const last = defined(operations.at(-1), 'the last operation of a run');
  const readers = readersOf(plan);
  return {
    operations,
    inputs: [...read].filter((tensor) => !made.has(tensor) && !tensors.isConstant(tensor)),
    outputs: last.outputs.filter((tensor) => readers.has(tensor)),
  };
}
