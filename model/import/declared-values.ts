/** What a graph says of its values before it is run. */
import type { DeclaredValue } from './decomposition.js';
import { elementTypes } from './encode.js';
import { type GraphProto, graphFields, type NodeProto, nameOf, nodeFields } from './proto.js';

/** @returns undefined for a value of which neither type nor rank is declared */
export function declaredValues(graph: GraphProto): (name: string) => DeclaredValue | undefined {
  const { input, output, initializer } = graphFields(graph);
  const values = new Map<string, DeclaredValue>();
  for (const value of [...(graph.valueInfo ?? []), ...input, ...output]) {
    const tensor = value.type?.tensorType;
    if (!tensor?.elemType || !tensor.shape) continue;
    const shape = (tensor.shape.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 0) || undefined);
    values.set(nameOf(value), { elementType: tensor.elemType, shape });
  }
  for (const tensor of initializer) {
    const shape = (tensor.dims ?? []).map(Number);
    values.set(nameOf(tensor), { elementType: tensor.dataType ?? 0, shape });
  }
  for (const node of graph.node ?? []) declareResults(node, values);
  return (name) => values.get(name);
}

/** Ranks of attention masks, which the tools that fuse attention do not declare. */
function declareResults(node: NodeProto, values: Map<string, DeclaredValue>): void {
  const { opType, input, output, attribute } = nodeFields(node);
  const [first, second] = input.map((name) => values.get(name));
  const declare = (place: number, shape: DeclaredValue['shape'], elementType: number) => {
    const name = output[place] ?? '';
    if (name !== '' && !values.has(name)) values.set(name, { elementType, shape });
  };
  if (first === undefined) return;
  if (opType === 'Cast') {
    const to = attribute.find((each) => nameOf(each) === 'to')?.i;
    if (to) declare(0, first.shape, Number(to));
  } else if (opType === 'EmbedLayerNormalization') {
    declare(1, first.shape.slice(0, 1), elementTypes.int32);
  } else if (opType === 'ReduceSum') {
    const keepsAxes = attribute.find((each) => nameOf(each) === 'keepdims')?.i ?? 1;
    const axes = attribute.find((each) => nameOf(each) === 'axes')?.ints?.length ?? second?.shape[0];
    if (Number(keepsAxes) !== 0 || axes === undefined) return;
    const rank = Math.max(0, first.shape.length - axes);
    declare(
      0,
      Array.from({ length: rank }, () => undefined),
      first.elementType,
    );
  }
}
