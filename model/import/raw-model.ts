/** A model as it was read: checked, but neither folded nor described by static shapes yet. */
import type { Attribute, DataType, Tensor, Whole } from '../graph.js';
import type { GraphProto, NodeMarks, NodeProto } from './proto.js';

/** An attribute before normalisation: it may hold a tensor or a subgraph. */
export type RawAttribute = Attribute | { readonly tensor: Tensor } | { readonly graph: GraphProto };

export interface RawInput {
  readonly name: string;
  readonly type: DataType;
  /** A dynamic dimension is its symbolic name, or '' if it has none. Undefined: not even the rank is known. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface RawNode extends NodeMarks {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, RawAttribute>>;
  /** The attributes as the file has them, for writing the node back. */
  readonly proto: NodeProto;
}

/** Every name resolves, nodes are in topological order, all data is in memory. */
export interface RawModel {
  readonly name: string;
  readonly opset: number;
  /** Without initialisers, which older files list as inputs as well. */
  readonly inputs: readonly RawInput[];
  readonly outputs: readonly string[];
  readonly initialisers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly RawNode[];
  /** See `Graph`. */
  readonly integerProducts?: boolean;
  /** See `Graph`: `nodes` has those that could be decoded, and `initialisers` the data of the others as bytes. */
  readonly whole?: Whole;
  /** See `structure-digest.ts`; it takes time in proportion to the file. */
  structure(): Uint8Array;
}
