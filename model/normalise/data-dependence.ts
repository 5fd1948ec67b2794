/**
 * Which values of a graph depend on the input's data, and which on nothing but constants and shapes. Shapes are static
 * here, so `Shape` of anything is a constant, and so is all that is computed of it.
 */
import type { RawNode } from '../import/read-model.js';
import { needs } from '../import/topological-order.js';

export interface Taint {
  /** Values that depend on the data of an input (or of a weight that training updates), or on chance. */
  readonly varying: ReadonlySet<string>;
  /** Values whose very shape depends on data, with the operator that brings it in. */
  readonly unshaped: ReadonlyMap<string, string>;
}

export const randomOperators: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/** Operators whose result has as many elements as the data says. */
const dataShaped = new Set(['Compress', 'NonMaxSuppression', 'NonZero', 'StringSplit', 'Unique']);

/** Operators that look at the shape of their input alone. */
const ofShapes = new Set(['EyeLike', 'Shape', 'Size']);

/** Positions of the inputs whose data, and not only shape, decides the shape of the result. */
export const shapeInputs: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  OneHot: [1],
  Pad: [1],
  Range: [0, 1, 2],
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map((reduction) => [
      `Reduce${reduction}`,
      [1],
    ]),
  ),
  Reshape: [1],
  Resize: [1, 2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/**
 * @param nodes in topological order
 * @param sources values that vary by themselves: inputs, and in training the parameters
 */
export function traceTaint(nodes: readonly RawNode[], sources: Iterable<string>): Taint {
  const varying = new Set(sources);
  const unshaped = new Map<string, string>();
  for (const node of nodes) {
    if (!varies(node, varying, unshaped)) continue;
    const origin = shapeOrigin(node, varying, unshaped);
    for (const output of node.outputs.filter(Boolean)) {
      varying.add(output);
      if (origin !== undefined) unshaped.set(output, origin);
    }
  }
  return { varying, unshaped };
}

function varies(node: RawNode, varying: ReadonlySet<string>, unshaped: ReadonlyMap<string, string>): boolean {
  if (ofShapes.has(node.operator)) return unshaped.has(node.inputs[0] ?? '');
  if (randomOperators.has(node.operator)) return true;
  return [...needs(node)].some((name) => varying.has(name));
}

function shapeOrigin(
  node: RawNode,
  varying: ReadonlySet<string>,
  unshaped: ReadonlyMap<string, string>,
): string | undefined {
  const positions = Object.hasOwn(shapeInputs, node.operator) ? (shapeInputs[node.operator] ?? []) : [];
  if (
    dataShaped.has(node.operator) ||
    positions.some((position) => varying.has(node.inputs[position] ?? ''))
  ) {
    return node.operator;
  }
  for (const name of needs(node)) {
    const origin = unshaped.get(name);
    if (origin !== undefined) return origin;
  }
  return undefined;
}
