/** A functional model of the Layers API. Users run it by `predict` and train what it gives when it is called. */
import type { SymbolicTensor, Tensor, Variable } from '@tensorflow/tfjs';
import { at, required } from '../../common/at.js';
import type { Tensors } from '../adapter.js';
import type { Plan, PlannedOperation } from '../lowering/plan.js';
import { assign, type BuiltModel, type Held } from './built-model.js';
import type { OwnLayer } from './layers/layer.js';
import { type Run, runOf } from './operations/program.js';
import type { PlanTensors } from './plan-tensors.js';
import type { Tf } from './tf.js';

/** The layer of every operation. */
type Layers = ReadonlyMap<PlannedOperation, OwnLayer>;

export function layersModel(
  tf: Tf,
  plan: Plan,
  layers: Layers,
  tensors: PlanTensors,
  weights: Tensors,
): BuiltModel {
  const whole = runOf(plan);
  // A layer with several outputs is computed once for each of them in 4.22.0, so that none is asked for twice.
  const run = { ...whole, outputs: [...new Set(whole.outputs)] };
  const { model, held } = functionalModel(tf, run, layers, tensors, weights);
  const batchSize = batchOf(run.inputs.map((tensor) => tensors.of(tensor).shape));
  const inOrder = (found: Tensor | Tensor[]) => {
    const list = [found].flat();
    return whole.outputs.map((tensor) => at(list, run.outputs.indexOf(tensor)));
  };
  return {
    held,
    infer: (given) =>
      inOrder(
        batchSize === undefined
          ? (model.apply(given) as Tensor | Tensor[])
          : model.predict(given, { batchSize }),
      ),
    train: (given) => inOrder(model.apply(given, { training: true }) as Tensor | Tensor[]),
    dispose() {
      model.dispose();
    },
  };
}

/** A functional model and the weights that its layers hold. */
export function functionalModel(tf: Tf, run: Run, layers: Layers, tensors: PlanTensors, weights: Tensors) {
  const symbols = new Map<number, SymbolicTensor>();
  const symbol = (tensor: number) => required(symbols, tensor, 'tensors of the model');
  const inputs = run.inputs.map((tensor) => {
    const { shape, type } = tensors.of(tensor);
    const input = tf.input({ batchShape: [...shape], dtype: type as 'float32' | 'int32' | 'bool' });
    symbols.set(tensor, input);
    return input;
  });
  const held = run.operations.flatMap((operation) => {
    const own = required(layers, operation, 'layers');
    const given = operation.inputs.flatMap((tensor, place) =>
      own.weights?.includes(place) ? [] : symbol(tensor),
    );
    const applied = appliedTo(own, given);
    operation.outputs.forEach((tensor, place) => {
      const output = applied[place];
      if (output) symbols.set(tensor, output);
    });
    return heldBy(tf, operation, own, tensors, weights);
  });
  return { model: tf.model({ inputs, outputs: run.outputs.map(symbol) }), held };
}

function appliedTo(
  { layer, apply }: OwnLayer,
  inputs: SymbolicTensor[],
): readonly (SymbolicTensor | undefined)[] {
  if (apply) return apply(inputs);
  return [layer.apply(inputs.length === 1 ? at(inputs, 0) : inputs)].flat() as SymbolicTensor[];
}

/** The weights of a layer, with the artefact's values. */
function heldBy(
  tf: Tf,
  { inputs }: PlannedOperation,
  { layer, weights: places = [] }: OwnLayer,
  tensors: PlanTensors,
  weights: Tensors,
): Held[] {
  return places.map((place, position) => {
    const constant = tensors.constant(at(inputs, place));
    const held = { constant, variable: at(layer.weights, position).read() as Variable };
    assign(tf, held, weights);
    return held;
  });
}

/**
 * The number of examples, where `predict` takes the inputs: it cuts them along their first axis, in pieces of 32 by default.
 * Undefined for others, with which the model is called.
 */
function batchOf(shapes: readonly (readonly number[])[]): number | undefined {
  const [[batch] = []] = shapes;
  const isTaken = shapes.every(
    (shape) => shape.length > 1 && shape.length <= 6 && shape[0] === batch && !shape.includes(0),
  );
  return isTaken ? batch : undefined;
}
