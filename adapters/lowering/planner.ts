/** State of one graph on its way to a plan of operations: its values, the layout of each, and the operations so far. */
import { at } from '../../common/at.js';
import { type DataType, fromJsonNumber, type JsonNumber } from '../../model/graph.js';
import type { Graph, Mode } from '../adapter.js';
import type { GraphNode } from './attributes.js';
import type { Capabilities } from './capabilities.js';
import { decompositions } from './decompositions/index.js';
import { ascending, sameList } from './lists.js';
import { type Emitter, one, type Result, type Results, transpose, withNumber } from './operations/emitter.js';
import type { Operand, Operands, OperationKind, Operations } from './operations/operation.js';
import type { PlannedConstant, PlannedOperation, PlannedPort } from './plan.js';
import { decomposed, refuse } from './refusal.js';
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

  /** The elements of a small constant, for settings that are inputs. @throws UnsupportedError for anything else */
  numbers(name: string): readonly number[] {
    const data = this.graph.constants?.[name];
    if (!data || this.isTrained(name)) refuse(`input ${name} must be a small constant`);
    return data.map(fromJsonNumber);
  }

  /** A value in its present layout. */
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

  /** A constant of the graph with its axes permuted at load, then reshaped, and converted to another type. */
  weight(name: string, order: readonly number[], shape?: readonly number[], as?: DataType): Operand {
    return this.weightPart({ name, order }, shape, as);
  }

  /** A part of a constant of the graph, rearranged at load. */
  weightPart(part: Omit<WeightPart, 'onnxShape'>, shape?: readonly number[], as?: DataType): Operand {
    const whole = { ...part, onnxShape: this.shape(part.name) };
    const type = as ?? this.held(this.type(part.name));
    return this.#table.read(this, whole, type, shape ?? arrangedShape(whole));
  }

  /**
   * Names a result of the node; an output that the node omits is ignored.
   *
   * @param axes ONNX's order by default
   */
  define(
    name: string | undefined,
    operand: Operand,
    axes: readonly number[] = operand.shape.map((_, axis) => axis),
  ): void {
    if (name === undefined || name === '') return;
    const shape = this.shape(name);
    const native = axes.map((axis) => at(shape, axis));
    if (!sameList(native, operand.shape)) {
      throw new Error(`${this.#node}: ${name} is planned with shape ${operand.shape}, but it has ${native}`);
    }
    this.#values.set(name, { operand, axes });
  }

  input({ name, type, shape }: Graph['inputs'][number], axes: readonly number[]): PlannedPort {
    const operand = this.#operand({ type: this.held(type), shape: axes.map((axis) => at(shape, axis)) });
    this.#values.set(name, { operand, axes });
    return { name, tensor: operand.id, onnxType: type, type: operand.type, onnxShape: shape, axes };
  }

  // --- operations of the plan -------------------------------------------------------------------------------------------

  held(type: DataType): DataType {
    return (
      this.capabilities.types[type] ?? refuse(`type ${type} is not supported by ${this.capabilities.title}`)
    );
  }

  literal(type: DataType, shape: readonly number[], data: readonly JsonNumber[]): Operand {
    return this.#table.literal(type, shape, data);
  }

  /** Why the backend does not support the operation; undefined where it does. */
  limit<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: Operands[Kind],
  ): string | undefined {
    const { operations, title } = this.capabilities;
    const limit = operations[kind];
    return limit ? limit(settings, inputs, kind) : `${kind} is not supported by ${title}`;
  }

  emit<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: Operands[Kind],
    results: Results,
  ): readonly [Operand, ...Operand[]] {
    const reason = this.limit(kind, settings, inputs);
    if (reason !== undefined) return this.#decomposed(kind, settings, inputs, results, reason);
    const operands: readonly Operand[] = inputs;
    const [first, ...others] = results;
    const outputs = [this.#operand(first), ...others.map((result) => this.#operand(result))] as const;
    this.operations.push({
      node: this.#node,
      kind,
      settings,
      inputs: operands.map(({ id }) => id),
      outputs: outputs.map(({ id }) => id),
      results: outputs.map(({ type, shape }) => ({ type, shape })),
    } as PlannedOperation);
    return outputs;
  }

  /** @param reason why the backend does not support it */
  #decomposed<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: Operands[Kind],
    results: Results,
    reason: string,
  ): readonly [Operand, ...Operand[]] {
    const decomposition = decompositions[kind];
    if (!decomposition || this.#depth > maxDepth) refuse(reason);
    this.#depth += 1;
    try {
      const [first, ...others] = decomposed(
        reason,
        () => decomposition(this, settings, inputs, results) ?? refuse(reason),
      );
      if (!first || others.length + 1 !== results.length)
        throw new Error(`the decomposition of ${kind} does not have ${results.length} results`);
      return [first, ...others];
    } finally {
      this.#depth -= 1;
    }
  }

  /** An integer that is held in a wider type, wrapped to the range of its ONNX type; in one as wide it wraps by itself. */
  wrapped(x: Operand, type: DataType): Operand {
    const bits = narrowBits[type];
    if (bits === undefined || x.type === type || x.type === `int${bits}`) return x;
    const mask = 2 ** bits - 1;
    if (type.startsWith('uint')) return withNumber(this, 'BitwiseAnd', x, mask);
    const half = 2 ** (bits - 1);
    const shifted = withNumber(this, 'Add', x, half);
    return withNumber(this, 'Sub', withNumber(this, 'BitwiseAnd', shifted, mask), half);
  }

  /** A copy, so that no output is an input itself. */
  copied(x: Operand): Operand {
    return one(this, 'Reshape', { shape: x.shape }, [x], x);
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

/** Decompositions within decompositions; a deeper one is a cycle. */
const maxDepth = 8;
const narrowBits: Readonly<Partial<Record<DataType, number>>> = {
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  uint32: 32,
};
