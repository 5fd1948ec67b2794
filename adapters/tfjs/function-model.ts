/** A function of the operations of TensorFlow.js, as its guides write what the Layers API has no layers for. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../adapter.js';
import { hostConstant } from '../lowering/host.js';
import type { OperationKind } from '../lowering/operations/operation.js';
import type { Plan, PlannedOperation } from '../lowering/plan.js';
import type { BuiltModel, Held } from './built-model.js';
import { layerOf } from './layers/index.js';
import type { OwnLayer } from './layers/layer.js';
import { functionalModel } from './layers-model.js';
import { prepare, runOf, type StepCall, tensorOf } from './operations/program.js';
import type { PlanTensors } from './plan-tensors.js';
import type { Tf } from './tf.js';

/** What is a layer in a function as well: there is no operation for it, or the layer keeps a state of its own. */
const kept: ReadonlySet<OperationKind> = new Set(['LSTM', 'GRU', 'RNN', 'TrainingBatchNormalization']);

export function functionModel(tf: Tf, plan: Plan, tensors: PlanTensors, weights: Tensors): BuiltModel {
  const layers = new Map(
    plan.operations.flatMap((operation) => {
      const own = kept.has(operation.kind) ? layerOf(tf, operation, tensors) : undefined;
      return own ? [[operation, layerCall(tf, operation, own, tensors, weights)] as const] : [];
    }),
  );
  const constants = constantsOf(tf, plan, layers, weights);
  const program = prepare(tf, runOf(plan), constants.values, layers);
  return {
    held: [...[...layers.values()].flatMap(({ held }) => held), ...constants.held],
    infer: (given) => program(given, false),
    train: (given) => program(given, true),
    dispose() {
      for (const { dispose } of layers.values()) dispose();
      tf.dispose([...constants.values.values()]);
    },
  };
}

interface LayerCall extends StepCall {
  /** Those operands that are no weights of the layer, and those results that something reads. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly held: readonly Held[];
  dispose(): void;
}

/** A functional model of one layer. */
function layerCall(
  tf: Tf,
  operation: PlannedOperation,
  own: OwnLayer,
  tensors: PlanTensors,
  weights: Tensors,
): LayerCall {
  const inputs = operation.inputs.filter((_, place) => !own.weights?.includes(place));
  const outputs = operation.outputs.filter((tensor) => tensors.isRead(tensor));
  const run = { operations: [operation], inputs, outputs };
  const { model, held } = functionalModel(tf, run, new Map([[operation, own]]), tensors, weights);
  return {
    inputs,
    outputs,
    held,
    call: (given, training) => model.apply([...given], { training }) as Tensor | Tensor[],
    dispose() {
      model.dispose();
    },
  };
}

/** Constants that no layer holds, by number; trained ones as variables. */
function constantsOf(
  tf: Tf,
  { operations, constants, outputs }: Plan,
  layers: ReadonlyMap<PlannedOperation, LayerCall>,
  weights: Tensors,
) {
  const read = new Set([
    ...operations.flatMap((operation) => layers.get(operation)?.inputs ?? operation.inputs),
    ...outputs.map(({ tensor }) => tensor),
  ]);
  const values = new Map<number, Tensor>();
  const held: Held[] = [];
  for (const constant of constants.filter(({ tensor }) => read.has(tensor))) {
    const value = tensorOf(tf, hostConstant(constant, weights));
    if (!constant.trained) {
      values.set(constant.tensor, value);
      continue;
    }
    const variable = tf.variable(value);
    value.dispose();
    values.set(constant.tensor, variable);
    held.push({ constant, variable });
  }
  return { values, held };
}
