/** Builds the functional model of a plan, with the artefact's weights in it. */
import type { LayersModel, SymbolicTensor, Tensor, Variable } from '@tensorflow/tfjs';
import { at, required } from '../../common/at.js';
import type { Mode, Tensors } from '../adapter.js';
import { hostConstant } from '../lowering/host.js';
import type { Plan, PlannedConstant, PlannedOperation } from '../lowering/plan.js';
import type { OwnLayer } from './layers/layer.js';
import { prepare, type Run, tensorOf } from './operations/program.js';
import { type Part, partsOf } from './parts.js';
import { PlanTensors } from './plan-tensors.js';
import { applyComputation, type Computation } from './run-layer.js';
import type { Tf } from './tf.js';

export interface BuiltModel {
  readonly model: LayersModel;
  /** Whether it has the Layers API's own layers alone. */
  readonly isPlain: boolean;
  /** Place of each output of the plan among those of the model. */
  readonly places: readonly number[];
  /** Every constant that a step may change: trained ones, and what layers keep beside them. */
  readonly held: readonly Held[];
  dispose(): void;
}

/** A constant and the variable that holds it, perhaps in another shape. */
export interface Held {
  readonly constant: PlannedConstant;
  readonly variable: Variable;
}

export function buildModel(tf: Tf, plan: Plan, mode: Mode, weights: Tensors): BuiltModel {
  const builder = new Builder(tf, plan, mode, weights);
  for (const part of builder.parts) builder.add(part);
  const outputs = [...new Set(plan.outputs.map(({ tensor }) => tensor))];
  const model = tf.model({
    inputs: builder.inputs,
    outputs: outputs.map((tensor) => builder.symbol(tensor)),
  });
  return {
    model,
    isPlain: builder.parts.every(({ kind }) => kind === 'layer'),
    places: plan.outputs.map(({ tensor }) => outputs.indexOf(tensor)),
    held: builder.held,
    dispose() {
      model.dispose();
      builder.dispose();
    },
  };
}

class Builder {
  readonly parts: readonly Part[];
  readonly inputs: SymbolicTensor[];
  readonly held: Held[] = [];
  readonly #tf: Tf;
  readonly #tensors: PlanTensors;
  readonly #weights: Tensors;
  readonly #symbols = new Map<number, SymbolicTensor>();
  /** Those that no layer holds as its own weights. */
  readonly #constants = new Map<number, Tensor>();

  constructor(tf: Tf, plan: Plan, mode: Mode, weights: Tensors) {
    this.#tf = tf;
    this.#weights = weights;
    this.#tensors = new PlanTensors(plan, mode);
    this.parts = partsOf(tf, plan, this.#tensors);
    this.inputs = plan.inputs.map(({ tensor }) => {
      const { shape, type } = this.#tensors.of(tensor);
      const input = tf.input({ batchShape: [...shape], dtype: type as 'float32' | 'int32' | 'bool' });
      this.#symbols.set(tensor, input);
      return input;
    });
    // A model of constants alone has an input all the same, which nothing reads.
    if (this.inputs.length === 0) this.inputs.push(tf.input({ batchShape: [1] }));
  }

  add(part: Part): void {
    if (part.kind === 'layer') this.#addLayer(part.operation, part.own);
    else this.#addRun(part.run);
  }

  symbol(tensor: number): SymbolicTensor {
    return this.#tensors.isConstant(tensor)
      ? this.#constantSymbol(tensor)
      : required(this.#symbols, tensor, 'tensors of the model');
  }

  dispose(): void {
    this.#tf.dispose([...this.#constants.values()]);
  }

  #addLayer(operation: PlannedOperation, { layer, weights = [], apply }: OwnLayer): void {
    const inputs = operation.inputs
      .filter((_, place) => !weights.includes(place))
      .map((id) => this.symbol(id));
    const applied = apply
      ? apply(inputs)
      : ([layer.apply(inputs.length === 1 ? at(inputs, 0) : inputs)].flat() as SymbolicTensor[]);
    operation.outputs.forEach((tensor, place) => {
      const output = applied[place];
      if (output) this.#symbols.set(tensor, output);
    });
    weights.forEach((place, position) => {
      const constant = this.#tensors.constant(at(operation.inputs, place));
      const variable = at(layer.weights, position).read() as Variable;
      assign(this.#tf, { constant, variable }, this.#weights);
      this.held.push({ constant, variable });
    });
  }

  #addRun(run: Run): void {
    const { operations, inputs, outputs } = run;
    for (const tensor of operations.flatMap((operation) => operation.inputs))
      if (this.#tensors.isConstant(tensor)) this.#constant(tensor);
    const compute = prepare(this.#tf, run, this.#constants);
    this.#apply(
      compute,
      inputs.map((tensor) => this.symbol(tensor)),
      outputs,
    );
  }

  #apply(compute: Computation['compute'], inputs: SymbolicTensor[], outputs: readonly number[]): void {
    const results = outputs.map((tensor) => this.#tensors.of(tensor));
    // A layer of constants alone is applied to an input as well, which it does not read.
    const given = inputs.length > 0 ? inputs : [at(this.inputs, 0)];
    const symbols = applyComputation(this.#tf, { results, compute }, given);
    outputs.forEach((tensor, place) => {
      this.#symbols.set(tensor, at(symbols, place));
    });
  }

  #constantSymbol(tensor: number): SymbolicTensor {
    const constant = this.#constant(tensor);
    if (!this.#symbols.has(tensor)) this.#apply(() => [constant.clone()], [], [tensor]);
    return required(this.#symbols, tensor, 'tensors of the model');
  }

  #constant(tensor: number): Tensor {
    const known = this.#constants.get(tensor);
    if (known) return known;
    const constant = this.#tensors.constant(tensor);
    const value = tensorOf(this.#tf, hostConstant(constant, this.#weights));
    if (!constant.trained) {
      this.#constants.set(tensor, value);
      return value;
    }
    const variable = this.#tf.variable(value);
    value.dispose();
    this.#constants.set(tensor, variable);
    this.held.push({ constant, variable });
    return variable;
  }
}

/** The artefact's values again. */
export function assign(tf: Tf, { constant, variable }: Held, weights: Tensors): void {
  const { data } = hostConstant(constant, weights);
  tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));
}
