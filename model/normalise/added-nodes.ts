/** Nodes and constants that normalisation puts in the place of others. */
import { at } from '../../common/at.js';
import type { Attribute, Tensor } from '../graph.js';
import { encodeAttribute } from '../import/encode.js';
import type { RawNode } from '../import/raw-model.js';

/** Where nodes are added. */
export interface Addition {
  readonly opset: number;
  /** Lists that nodes have as inputs are added to it. */
  readonly constants: Map<string, Tensor>;
}

/** Since this operator set, Split, Squeeze and Unsqueeze have sizes and axes as inputs. */
const listsAreInputs = 13;

export function addedNode(
  operator: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): RawNode {
  const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
  const proto = { name, opType: operator, input: [...inputs], output: [...outputs], attribute };
  return { name, operator, inputs, outputs, attributes, proto };
}

/** An `Identity` from `input` to `output`. `simplify.ts` removes those that are not needed. */
export function identityNode(input: string, output: string, name: string): RawNode {
  return addedNode('Identity', name, [input], [output]);
}

/** A node with a list that newer operator sets have as an input, and older ones as an attribute. */
export function nodeWithList(
  { opset, constants }: Addition,
  operator: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
  [key, values]: readonly [string, readonly number[]],
): RawNode {
  if (opset < listsAreInputs)
    return addedNode(operator, name, inputs, outputs, { ...attributes, [key]: [...values] });
  const constant = `${at(outputs, 0)}/${key}`;
  constants.set(constant, integers(values));
  return addedNode(operator, name, [...inputs, constant], outputs, attributes);
}

/** Tensors beside each other along a new axis. @param name of the node that joins them */
export function stackNodes(
  addition: Addition,
  tensors: readonly string[],
  axis: number,
  name: string,
  output: string,
): RawNode[] {
  const raised = tensors.map((_, index) => `${output}/stacked_${index}`);
  return [
    ...tensors.map((tensor, index) => {
      const result = at(raised, index);
      return nodeWithList(addition, 'Unsqueeze', result, [tensor], [result], {}, ['axes', [axis]]);
    }),
    addedNode('Concat', name, raised, [output], { axis }),
  ];
}

export function integers(values: readonly number[]): Tensor {
  return { type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function integer(value: number): Tensor {
  return { ...integers([value]), shape: [] };
}
