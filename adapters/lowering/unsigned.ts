/**
 * Unsigned integers that a backend holds in signed ones with fewer values: uint64 in int64, uint32 in int32. Inputs and constants that do
 * not fit are refused when they are loaded. Sums and products have the right bits whatever overflows, but their order, their quotient
 * and their value as another type are those of a signed integer, so that nothing that looks at these may read them.
 */
import type { DataType, Graph } from '../../model/graph.js';
import type { GraphNode } from './attributes.js';
import type { Capabilities } from './capabilities.js';
import { refuse } from './refusal.js';

/** Signed types by their bits: the unsigned ones in which they hold some values only. */
const partlyHeld: Readonly<Partial<Record<DataType, readonly DataType[]>>> = {
  int32: ['uint32', 'uint64'],
  int64: ['uint64'],
};

/** Results are elements of the operands. */
const moving: ReadonlySet<string> = new Set([
  ...['Concat', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND', 'Identity', 'Reshape', 'Slice'],
  ...['Split', 'Squeeze', 'Tile', 'Transpose', 'Trilu', 'Unsqueeze', 'Where'],
]);

/** The bits of the results follow from those of the operands, and may mean more than the signed type holds. */
const modular: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Equal', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitwiseNot'],
  ...['ReduceSum', 'CumSum', 'MatMul'],
]);

/** Results are as small as the operands. */
const bounded: ReadonlySet<string> = new Set([
  ...['Max', 'Min', 'Div', 'Mod', 'Clip', 'ReduceMax', 'ReduceMin', 'TopK', 'BitwiseAnd', 'Abs', 'Sign'],
]);

/** Follows which values of a graph are known to fit. */
export class UnsignedRanges {
  readonly #graph: Graph;
  readonly #capabilities: Capabilities;
  readonly #fitting: Set<string>;

  constructor(graph: Graph, capabilities: Capabilities) {
    this.#graph = graph;
    this.#capabilities = capabilities;
    this.#fitting = new Set([...graph.inputs, ...graph.weights].map(({ name }) => name));
  }

  /** @throws UnsupportedError where the node may look at the order or the size of a value that does not fit */
  check(node: GraphNode): void {
    const { operator } = node;
    const unknown = node.inputs.find((name) => this.#isPartlyHeld(name) && !this.#fitting.has(name));
    if (unknown === undefined) {
      if (moving.has(operator) || bounded.has(operator))
        for (const output of node.outputs) this.#fitting.add(output);
      return;
    }
    if (moving.has(operator) || modular.has(operator)) return;
    const { title, types } = this.#capabilities;
    const { type } = this.#graph.values[unknown] ?? refuse(`the type of ${unknown} is unknown`);
    refuse(`${unknown} of type ${type} may be larger than ${types[type]}, in which ${title} holds it`);
  }

  #isPartlyHeld(name: string): boolean {
    const type = this.#graph.values[name]?.type;
    const held = type && this.#capabilities.types[type];
    return type !== undefined && held !== undefined && (partlyHeld[held]?.includes(type) ?? false);
  }
}
