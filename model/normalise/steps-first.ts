/** Recurrent layers with `layout` 1, which ONNX Runtime has no kernel for, as the same layer between transposes. */

import { encodeAttribute } from '../import/encode.js';
import { type NodeProto, nameOf, nodeFields } from '../import/proto.js';

const recurrent = /^(LSTM|GRU|RNN)$/;
/** Of the inputs by position, and of the first output; states have the same order in both directions. */
const toStepsFirst = new Map([0, 5, 6].map((position) => [position, [1, 0, 2]]));
const fromStepsFirst = [
  [2, 0, 1, 3],
  [1, 0, 2],
  [1, 0, 2],
];

/** Whether the node has the batch in front of the steps. */
export function isBatchFirst({ opType, attribute }: ReturnType<typeof nodeFields>): boolean {
  return (
    recurrent.test(opType) && attribute.some((each) => nameOf(each) === 'layout' && Number(each.i) === 1)
  );
}

/** The node as ONNX Runtime can run it; itself unless it is a recurrent layer with `layout` 1. */
export function stepsFirst(node: NodeProto): readonly NodeProto[] {
  const fields = nodeFields(node);
  if (!isBatchFirst(fields)) return [node];
  const { input, output, attribute } = fields;
  const inner = (value: string) => (value === '' ? '' : `${value}/steps-first-of/${output.find(Boolean)}`);
  const transpose = (from: string, to: string, perm: readonly number[]): NodeProto => ({
    name: `${to}/transpose`,
    opType: 'Transpose',
    input: [from],
    output: [to],
    attribute: [encodeAttribute('perm', [...perm])],
  });
  const before = input.flatMap((value, position) => {
    const perm = toStepsFirst.get(position);
    return perm && value !== '' ? [transpose(value, inner(value), perm)] : [];
  });
  const after = output.flatMap((value, position) => {
    const perm = fromStepsFirst[position];
    return perm && value !== '' ? [transpose(inner(value), value, perm)] : [];
  });
  const layer: NodeProto = {
    ...node,
    input: input.map((value, position) => (toStepsFirst.has(position) ? inner(value) : value)),
    output: output.map(inner),
    attribute: attribute.filter((each) => nameOf(each) !== 'layout'),
  };
  return [...distinct(before), layer, ...after];
}

/** A value that is both states is transposed once. */
function distinct(nodes: readonly NodeProto[]): readonly NodeProto[] {
  return [...new Map(nodes.map((node) => [node.output?.[0], node])).values()];
}
