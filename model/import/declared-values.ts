/** What a graph says of its values before it is run. */
import type { DeclaredValue } from './decomposition.js';
import { type GraphProto, graphFields, nameOf } from './proto.js';

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
  return (name) => values.get(name);
}
