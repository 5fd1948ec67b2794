/**
 * What a model file says of its computation, as a digest: operator sets, operators, attributes, subgraphs, functions, and how values
 * are connected. What exporters remark beside it (names of graph and nodes, producer, documentation, inferred shapes) is left out,
 * and so are the graph's own initialisers and the types of its inputs, which are known better once they are decoded and bound.
 */
import { createHash, type Hash } from 'node:crypto';
import { graphFields, type ModelProto, type NodeProto, nameOf } from './proto.js';

const remarks = new Set(['docString', 'metadataProps', 'valueInfo']);
/** Fields that hold graphs and nodes, whose names mean nothing. */
const nameless = new Set(['g', 'graphs', 'node']);

/** @param nodes those of the graph, with the data of their tensors inline */
export function structureDigest(model: ModelProto, nodes: readonly NodeProto[]): Uint8Array {
  const { output } = graphFields(model.graph ?? {});
  const hash = createHash('sha256');
  add(hash, 'opsets', model.opsetImport);
  add(hash, 'functions', model.functions);
  add(hash, 'node', nodes);
  add(hash, 'outputs', output.map(nameOf));
  return hash.digest();
}

/** Fields in alphabetical order: protobuf leaves the order in which they are written open, and whether empty ones are. */
function add(hash: Hash, key: string, value: unknown): void {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return;
  if (value instanceof Uint8Array) {
    if (value.length > 0) hash.update(`${key}#${value.length}:`).update(value);
  } else if (Array.isArray(value)) {
    hash.update(`${key}[${value.length}:`);
    for (const item of value) add(hash, key, item);
    hash.update(']');
  } else if (typeof value === 'object' && !('toNumber' in value)) {
    hash.update(`${key}{`);
    const fields = Object.entries(value).filter(
      ([name]) => !remarks.has(name) && !(name === 'name' && nameless.has(key)),
    );
    for (const [name, field] of fields.sort(([a], [b]) => (a < b ? -1 : 1))) add(hash, name, field);
    hash.update('}');
  } else {
    // A 64-bit integer is an object of protobufjs where it does not fit into a number.
    hash.update(`${key}=${JSON.stringify(String(value))}`);
  }
}
