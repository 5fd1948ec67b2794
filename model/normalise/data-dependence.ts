/**
 * Which values of a graph depend on the data of its inputs, and which only on constants and shapes. Shapes are static, so
 * the result of `Shape` is constant, and so is everything computed from it.
 */
import type { RawNode } from '../import/raw-model.js';
import { valuesReadBy } from '../import/topological-order.js';

export interface DataDependence {
  /** Values that depend on the data of an input, of a weight that training updates, or on a random operator. */
  readonly varying: ReadonlySet<string>;
  /** Values whose shape depends on data, with the operator that introduces the dependence. */
  readonly dynamicShapes: ReadonlyMap<string, string>;
}

export const randomOperators: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/** Operators whose result has a size that depends on the data of their first input. */
const dynamicallyShaped = new Set(['Compress', 'NonMaxSuppression', 'NonZero', 'StringSplit', 'Unique']);

/** Operators that read only the shape of their input. */
const shapeReaders = new Set(['EyeLike', 'Shape', 'Size']);

/** By operator, the positions of inputs whose data determines the shape of the result. */
const shapeInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['AffineGrid', [1]],
  ['BlackmanWindow', [0]],
  ['CenterCropPad', [1]],
  ['Col2Im', [1, 2]],
  ['ConstantOfShape', [0]],
  ['Expand', [1]],
  ['HammingWindow', [0]],
  ['HannWindow', [0]],
  ['MaxUnpool', [2]],
  ['OneHot', [1]],
  ['Pad', [1]],
  ['Range', [0, 1, 2]],
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map(
    (reduction): [string, number[]] => [`Reduce${reduction}`, [1]],
  ),
  ['Reshape', [1]],
  ['Resize', [1, 2, 3]],
  ['Slice', [1, 2, 3, 4]],
  ['Split', [1]],
  ['Squeeze', [1]],
  ['Tile', [1]],
  ['TopK', [1]],
  ['Unsqueeze', [1]],
  ['Upsample', [1]],
]);

/** Positions of the inputs whose data determines the shape of the operator's result; none for most operators. */
export function shapeInputsOf(operator: string): readonly number[] {
  return shapeInputs.get(operator) ?? [];
}

/**
 * @param nodes in topological order
 * @param sources values that vary by themselves: the inputs and, in training, the parameters
 */
export function traceDataDependence(nodes: readonly RawNode[], sources: Iterable<string>): DataDependence {
  const varying = new Set(sources);
  const dynamicShapes = new Map<string, string>();
  for (const node of nodes) {
    if (!isVarying(node, varying, dynamicShapes)) continue;
    const origin = dynamicShapeOrigin(node, varying, dynamicShapes);
    for (const output of node.outputs.filter(Boolean)) {
      varying.add(output);
      if (origin !== undefined) dynamicShapes.set(output, origin);
    }
  }
  return { varying, dynamicShapes };
}

function isVarying(
  node: RawNode,
  varying: ReadonlySet<string>,
  dynamicShapes: ReadonlyMap<string, string>,
): boolean {
  if (shapeReaders.has(node.operator)) return node.inputs.some((input) => dynamicShapes.has(input));
  if (randomOperators.has(node.operator)) return true;
  return [...valuesReadBy(node)].some((name) => varying.has(name));
}

/** The operator due to which the node's outputs have a dynamic shape; undefined if they are static. */
function dynamicShapeOrigin(
  node: RawNode,
  varying: ReadonlySet<string>,
  dynamicShapes: ReadonlyMap<string, string>,
): string | undefined {
  const deciding = shapeInputsOf(node.operator).flatMap((position) => node.inputs[position] ?? []);
  if (dynamicallyShaped.has(node.operator) || deciding.some((input) => varying.has(input))) {
    return node.operator;
  }
  for (const name of valuesReadBy(node)) {
    const origin = dynamicShapes.get(name);
    if (origin !== undefined) return origin;
  }
  return undefined;
}
