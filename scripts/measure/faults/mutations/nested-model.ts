/** A model of subgraphs within subgraphs, as deep as wanted: written by hand, since encoders are recursive. */
import { joined } from './bytes.js';

/** Field numbers of onnx.proto, each of a message within another. */
const fields = { graphOfModel: 7, nodeOfGraph: 1, attributeOfNode: 5, graphOfAttribute: 6 } as const;
/** `opsetImport { version: 17 }`, field 8 of a model. */
const opset = Uint8Array.of((8 << 3) | 2, 2, 2 << 3, 17);

/** @param depth of subgraphs; 0 is a model whose graph is empty */
export function nestedModel(depth: number): Uint8Array {
  const level = [fields.nodeOfGraph, fields.attributeOfNode, fields.graphOfAttribute];
  const path = [fields.graphOfModel, ...Array.from({ length: depth }, () => level).flat()];
  // From the innermost message outwards: each prefix holds the length of all that is inside it.
  const prefixes: Uint8Array[] = [];
  let length = 0;
  for (const field of path.reverse()) {
    const prefix = Uint8Array.of((field << 3) | 2, ...varint(length));
    prefixes.push(prefix);
    length += prefix.length;
  }
  return joined([opset, ...prefixes.reverse()]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
