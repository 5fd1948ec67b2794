/**
 * A plan as a net of named layers. Keras.js gives the results of those layers that no other reads, some layers compute in the
 * array of the one before, and none is read twice by the same layer: where the plan does otherwise, a layer copies the value.
 */
import { at, defined } from '../../common/at.js';
import { shapesOf } from '../lowering/fuse/views.js';
import type { Plan, PlannedConstant, PlannedOperation } from '../lowering/plan.js';
import { refuse } from '../lowering/refusal.js';
import { title } from './capabilities.js';
import { type KerasLayer, type NamedWeight, reshape } from './keras-layer.js';
import { layersOf, overwriting, weighted } from './layers.js';
import { isRecurrent, withZeroBiases } from './recurrent.js';

export interface NamedLayer extends KerasLayer {
  readonly name: string;
  /** Names of the layers that it reads. */
  readonly inbound: readonly string[];
  readonly weights: readonly NamedWeight[];
}

export interface KerasNet {
  readonly layers: readonly NamedLayer[];
  /** Names of layers, in the order of the plan's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** @throws UnsupportedError for a plan that mixes examples, or computes with constants, or with weights that are computed */
export function netOf(plan: Plan): KerasNet {
  const batch = batchOf(plan);
  for (const { node, kind, results } of plan.operations)
    if (results.some(({ shape }) => shape.length < 2 || shape[0] !== batch))
      refuse(
        `${kind} (${node}) is not supported by ${title}, which sees one example at a time: it mixes them`,
      );
  if ([...shapesOf(plan).values()].some((shape) => shape.includes(0)))
    refuse(`tensors without elements are not supported by ${title}`);
  const builder = new NetBuilder(plan);
  const inputs = plan.inputs.map((_, place) => builder.addInput(place));
  for (const operation of plan.operations) builder.add(operation);
  const outputs = plan.outputs.map(({ tensor }) => builder.output(tensor));
  return { layers: builder.layers, inputs, outputs };
}

/** Examples in every input. */
export function batchOf({ inputs }: Plan): number {
  const [batch, ...others] = new Set(inputs.map(({ onnxShape, axes }) => onnxShape[axes[0] ?? -1]));
  return batch === undefined || others.length > 0
    ? refuse(`inputs without a common batch are not supported by ${title}`)
    : batch;
}

class NetBuilder {
  readonly layers: NamedLayer[] = [];
  readonly #plan: Plan;
  readonly #shapes: ReadonlyMap<number, readonly number[]>;
  readonly #constants: ReadonlyMap<number, PlannedConstant>;
  /** Names of the layers that make each tensor. */
  readonly #makers = new Map<number, string>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#shapes = shapesOf(plan);
    this.#constants = new Map(plan.constants.map((constant) => [constant.tensor, constant]));
  }

  addInput(place: number): string {
    const { tensor } = at(this.#plan.inputs, place);
    const shape = this.#shape(tensor).slice(1);
    if (shape.length === 0) refuse(`inputs of one axis are not supported by ${title}`);
    const name = `input_${place}`;
    const config = { batch_input_shape: [null, ...shape], shape };
    this.layers.push({ name, className: 'InputLayer', config, inbound: [], weightNames: [], weights: [] });
    this.#makers.set(tensor, name);
    return name;
  }

  add(operation: PlannedOperation): void {
    const { kind, inputs, outputs } = operation;
    const values = weighted.has(kind) ? inputs.slice(0, 1) : inputs;
    const inbound: string[] = [];
    for (const tensor of values) inbound.push(this.#read(operation, tensor, inbound));
    const constants = inputs.slice(values.length).map((tensor) => this.#weight(operation, tensor));
    const [layer, ...rest] = layersOf(operation, this.#shape(at(inputs, 0)), constants[0]?.shape);
    const { weightNames } = defined(layer, `the layer of ${kind}`);
    const given = constants.map((constant, place): NamedWeight => [at(weightNames, place), constant]);
    const weights = isRecurrent(operation) ? withZeroBiases(given) : given;
    const name = rest.reduce(
      (before, next) => this.#push(next, [before]),
      this.#push(layer as KerasLayer, inbound, weights),
    );
    const made = isRecurrent(operation) && operation.settings.read[0] !== 'sequence' ? 1 : 0;
    this.#makers.set(at(outputs, made), name);
  }

  output(tensor: number): string {
    return this.#readers(tensor).length > 0 ? this.#copy(tensor) : this.#maker(tensor);
  }

  #read({ kind, node }: PlannedOperation, tensor: number, taken: readonly string[]): string {
    if (this.#constants.has(tensor)) refuse(`${kind} (${node}) with a constant is not supported by ${title}`);
    const isShared =
      this.#readers(tensor).length > 1 || this.#plan.outputs.some((output) => output.tensor === tensor);
    const name = this.#maker(tensor);
    return (overwriting.has(kind) && isShared) || taken.includes(name) ? this.#copy(tensor) : name;
  }

  #weight({ kind, node }: PlannedOperation, tensor: number): PlannedConstant {
    return (
      this.#constants.get(tensor) ??
      refuse(`${kind} (${node}) with a weight that is computed is not supported by ${title}`)
    );
  }

  #copy(tensor: number): string {
    const shape = this.#shape(tensor);
    return this.#push(reshape(shape, shape), [this.#maker(tensor)]);
  }

  #push(layer: KerasLayer, inbound: readonly string[], weights: readonly NamedWeight[] = []): string {
    const name = `layer_${this.layers.length}`;
    this.layers.push({ ...layer, name, inbound, weights });
    return name;
  }

  #readers(tensor: number): readonly PlannedOperation[] {
    return this.#plan.operations.filter(({ inputs }) => inputs.includes(tensor));
  }

  #maker(tensor: number): string {
    return defined(this.#makers.get(tensor), `the layer that makes tensor ${tensor}`);
  }

  #shape(tensor: number): readonly number[] {
    return defined(this.#shapes.get(tensor), `the shape of tensor ${tensor}`);
  }
}
