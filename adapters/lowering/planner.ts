/** State of one graph on its way to a plan of operations: its values, the layout of each, and what is planned so far. */
import { type DataType, fromJsonNumber, type JsonNumber } from '../../model/graph.js';
import type { Graph, Mode } from '../adapter.js';
import type { GraphNode } from './attributes.js';
import type { Capabilities } from './capabilities.js';
import { decompositions } from './decompositions/index.js';
import { type Emitter, type Result, transpose } from './operations/emitter.js';
import type { Operand, OperationKind, Operations } from './operations/operation.js';
import type { PlannedConstant, PlannedOperation, PlannedPort } from './plan.js';
import { decomposed, refuse } from './refusal.js';
import { ascending, sameList } from './value.js';
import { arrangedShape, type WeightPart } from './weight-part.js';
import { WeightTable } from './weight-table.js';

/** A value of the graph: `axes[i]` is the ONNX axis at native position i of its operand. */
export interface Value {
  readonly operand: Operand;
  readonly axes: readonly number[];
}

export class Planner implements Emitter {
  readonly graph: Graph;
  readonly mode: Mode;
  readonly capabilities: Capabilities;
  readonly operations: PlannedOperation[] = [];
  readonly #values = new Map<string, Value>();
  readonly #weights: ReadonlySet<string>;
  readonly #table: WeightTable;
  /** Transposed values that were made before. */
  readonly #transpositions = new Map<string, Operand>();
  #tensors = 0;
  #node = '';
  #depth = 0;

  constructor(graph: Graph, mode: Mode, capabilities: Capabilities) {
    this.graph = graph;
    this.mode = mode;
    this.capabilities = capabilities;
    this.#weights = new Set(graph.weights.map(({ name }) => name));
    this.#table = new WeightTable(graph, mode, (type, shape) => this.#operand({ type, shape }));
  }

  begin(node: GraphNode): void {
    this.#node = node.name;
  }

  // --- values of the graph -------------------------------------------------------------------------------------------

  isConstant(name: string): boolean {
    return this.#weights.has(name);
  }

  isTrained(name: string): boolean {
    return this.mode === 'training' && this.graph.parameters.includes(name);
  }

  /** Observed ONNX shape. */
  shape(name: string): readonly number[] {
    return this.graph.values[name]?.shape ?? refuse(`the shape of ${name} is unknown`);
  }

  /** ONNX type. */
  type(name: string): DataType {
    return this.graph.values[name]?.type ?? refuse(`the type of ${name} is unknown`);
  }

  /** The numbers of a small constant: what settings come from. @throws UnsupportedError for anything else */
  numbers(name: string): readonly number[] {
    const data = this.graph.constants?.[name];
    if (!data || this.isTrained(name)) refuse(`input ${name} must be a small constant`);
    return data.map(fromJsonNumber);
  }

  /** A value in whatever layout it has. */
  value(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    if (!this.isConstant(name)) refuse(`input ${name} is not computed by any node`);
    const identity = this.shape(name).map((_, axis) => axis);
    return { operand: this.weight(name, identity), axes: identity };
  }

  /** A value with its axes in ONNX's order. */
  plain(name: string): Operand {
    const { operand, axes } = this.value(name);
    return this.#transposed(
      operand,
      axes.map((_, axis) => axes.indexOf(axis)),
    );
  }

  /** A value with ONNX axis `axes[i]` at position i. */
  arranged(name: string, axes: readonly number[]): Operand {
    if (this.isConstant(name)) return this.weight(name, axes);
    const value = this.value(name);
    return this.#transposed(
      value.operand,
      axes.map((axis) => value.axes.indexOf(axis)),
    );
  }

  get constants(): readonly PlannedConstant[] {
    return this.#table.constants;
  }

  /** A constant of the graph, its axes permuted at load and then of another shape, or of another type. */
  weight(name: string, order: readonly number[], shape?: readonly number[], as?: DataType): Operand {
    return this.weightPart({ name, order }, shape, as);
  }

  /** A part of a constant of the graph, rearranged at load. */
  weightPart(part: Omit<WeightPart, 'onnxShape'>, shape?: readonly number[], as?: DataType): Operand {
    const whole = { ...part, onnxShape: this.shape(part.name) };
    const type = as ?? this.held(this.type(part.name));
    return this.#table.read(this, whole, type, shape ?? arrangedShape(whole));
  }

  /** @param axes in ONNX's order where they are left out */
  define(
    name: string,
    operand: Operand,
    axes: readonly number[] = operand.shape.map((_, axis) => axis),
  ): void {
    if (name === '') return;
    const shape = this.shape(name);
    const native = axes.map((axis) => shape[axis] ?? 1);
    if (!sameList(native, operand.shape)) {
      throw new Error(`${this.#node}: ${name} is planned as ${operand.shape}, and it is ${native}`);
    }
    this.#values.set(name, { operand, axes });
  }

  input({ name, type, shape }: Graph['inputs'][number], axes: readonly number[]): PlannedPort {
    const operand = this.#operand({ type: this.held(type), shape: axes.map((axis) => shape[axis] ?? 1) });
    this.#values.set(name, { operand, axes });
    return { name, tensor: operand.id, onnxType: type, type: operand.type, onnxShape: shape, axes };
  }

  // --- what is planned -----------------------------------------------------------------------------------------------

  held(type: DataType): DataType {
    return (
      this.capabilities.types[type] ?? refuse(`type ${type} is not supported by ${this.capabilities.title}`)
    );
  }

  literal(type: DataType, shape: readonly number[], data: readonly JsonNumber[]): Operand {
    return this.#table.literal(type, shape, data);
  }

  /** Why the backend has not the operation; undefined where it has it. */
  lack<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: readonly Operand[],
  ): string | undefined {
    const limit = this.capabilities.operations[kind];
    return limit ? limit(settings, inputs) : `${this.capabilities.title} has no ${kind}`;
  }

  emit<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: readonly Operand[],
    results: readonly Result[],
  ): readonly Operand[] {
    const reason = this.lack(kind, settings, inputs);
    if (reason !== undefined) return this.#written(kind, settings, inputs, results, reason);
    const outputs = results.map((result) => this.#operand(result));
    this.operations.push({
      node: this.#node,
      kind,
      settings,
      inputs: inputs.map(({ id }) => id),
      outputs: outputs.map(({ id }) => id),
      results: outputs.map(({ type, shape }) => ({ type, shape })),
    } as PlannedOperation);
    return outputs;
  }

  /** By its definition in simpler operations. */
  #written<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: readonly Operand[],
    results: readonly Result[],
    reason: string,
  ): readonly Operand[] {
    const definition = decompositions[kind];
    if (!definition || this.#depth > deepest) refuse(reason);
    this.#depth += 1;
    try {
      return decomposed(reason, () => definition(this, settings, inputs, results) ?? refuse(reason));
    } finally {
      this.#depth -= 1;
    }
  }

  /** An integer in a wider one, cut to what the ONNX type holds, as arithmetic in that type would. */
  wrapped(x: Operand, type: DataType): Operand {
    const bits = narrowBits[type];
    if (bits === undefined || x.type === type) return x;
    const whole = (kind: 'Add' | 'Sub' | 'BitwiseAnd', operand: Operand, value: number) => {
      const [result] = this.emit(kind, {}, [operand, this.literal(operand.type, [], [value])], [operand]);
      return result ?? operand;
    };
    const mask = 2 ** bits - 1;
    if (type.startsWith('uint')) return whole('BitwiseAnd', x, mask);
    const half = 2 ** (bits - 1);
    return whole('Sub', whole('BitwiseAnd', whole('Add', x, half), mask), half);
  }

  /** A copy, so that no output is an input itself. */
  copied(x: Operand): Operand {
    const [copy] = this.emit('Reshape', { shape: x.shape }, [x], [x]);
    return copy ?? x;
  }

  #transposed(x: Operand, perm: readonly number[]): Operand {
    if (ascending(perm)) return x;
    const key = `${x.id} ${perm}`;
    const found = this.#transpositions.get(key) ?? transpose(this, x, perm);
    this.#transpositions.set(key, found);
    return found;
  }

  #operand({ type, shape }: Result): Operand {
    return { id: this.#tensors++, type, shape };
  }
}

/** Of decompositions within decompositions; more is one that comes back to itself. */
const deepest = 8;
const narrowBits: Readonly<Partial<Record<DataType, number>>> = {
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  uint32: 32,
};
