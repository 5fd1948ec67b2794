/**
 * A channels-last image that is flattened before a dense layer: instead of the image, the rows of the layer's weight are
 * reordered, once, at load.
 */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { sameList } from '../lists.js';
import { plainUnary } from '../operations/operation.js';
import type { PlannedConstant, PlannedOperation } from '../plan.js';
import { arrangedShape, viewOf, type WeightPart } from '../weight-part.js';
import type { Draft } from './draft.js';
import { readersOf, readOnce } from './readers.js';

type Of<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

/** Element-wise operations, which do not depend on the order of elements. */
const elementwise: ReadonlySet<PlannedOperation['kind']> = new Set([
  ...plainUnary,
  ...(['Celu', 'Clip', 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu', 'Swish'] as const),
]);

/** Extents of the axes that are flattened, in the order of the transposed value, and their order before the Transpose. */
interface Flattened {
  readonly extents: readonly number[];
  readonly order: readonly number[];
}

/** Transpose → Reshape → MatMul with a constant becomes Reshape → MatMul with the rows of the constant reordered. */
export function flattenInPlace(draft: Draft): Draft {
  const readers = readersOf(draft);
  const once = readOnce(draft);
  const outputs = new Set(draft.outputs.map(({ tensor }) => tensor));
  const makers = new Map(draft.operations.map((operation) => [at(operation.outputs, 0), operation]));
  const constants = new Map(draft.constants.map((constant) => [constant.tensor, constant]));
  const operations = draft.operations.map((operation): PlannedOperation => {
    const transpose = operation.kind === 'Reshape' ? makers.get(at(operation.inputs, 0)) : undefined;
    if (operation.kind !== 'Reshape' || transpose?.kind !== 'Transpose') return operation;
    const flattened = flattenedAxis(transpose, operation);
    const weights = flattened && weightsBehind(operation, readers, outputs);
    if (!weights?.every((tensor) => once.has(tensor))) return operation;
    const reordered = weights.map((tensor) => withRows(constants.get(tensor), flattened as Flattened));
    if (!reordered.every((constant) => constant !== undefined)) return operation;
    for (const constant of reordered) constants.set(constant.tensor, constant);
    return { ...operation, inputs: transpose.inputs };
  });
  return { ...draft, operations, constants: [...constants.values()] };
}

/** The axes that make up the last axis of the reshaped value; undefined unless only these are moved. */
function flattenedAxis(transpose: Of<'Transpose'>, { settings }: Of<'Reshape'>): Flattened | undefined {
  const { shape } = at(transpose.results, 0);
  const features = at(settings.shape, -1);
  const first = shape.findIndex((_, axis) => elementCount(shape.slice(axis)) === features);
  if (first < 0) return undefined;
  // Axes of extent 1 move nothing.
  const long = (axes: readonly number[]) => axes.filter((place) => at(shape, place) > 1);
  const places = shape.map((_, place) => place);
  const before = long(places.slice(0, first)).map((place) => at(transpose.settings.perm, place));
  const moved = long(places.slice(first));
  const sorted = moved.toSorted((a, b) => at(transpose.settings.perm, a) - at(transpose.settings.perm, b));
  const lowest = Math.min(...moved.map((place) => at(transpose.settings.perm, place)));
  const isInPlace = before.every(
    (axis, place) => axis < lowest && (place === 0 || axis > at(before, place - 1)),
  );
  if (!isInPlace) return undefined;
  return {
    extents: moved.map((place) => at(shape, place)),
    order: sorted.map((place) => moved.indexOf(place)),
  };
}

/** The matrices that multiply the value, or element-wise functions of it; undefined where it has other readers. */
function weightsBehind(
  { outputs: [made] }: PlannedOperation,
  readers: ReadonlyMap<number, readonly PlannedOperation[]>,
  outputs: ReadonlySet<number>,
): readonly number[] | undefined {
  const found: number[] = [];
  const open = [made];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (outputs.has(tensor)) return undefined;
    for (const reader of readers.get(tensor) ?? []) {
      if (reader.kind === 'MatMul' && reader.inputs[0] === tensor) found.push(at(reader.inputs, 1));
      else if (elementwise.has(reader.kind)) open.push(at(reader.outputs, 0));
      else return undefined;
    }
  }
  return found;
}

/** The matrix with its rows in the order of the value before the Transpose. */
function withRows(constant: PlannedConstant | undefined, flattened: Flattened): PlannedConstant | undefined {
  if (!constant) return undefined;
  const { source, shape } = constant;
  if (source.kind !== 'weight' || source.weight.view || shape.length !== 2) return undefined;
  if (!sameList(arrangedShape(source.weight), shape)) return undefined;
  return { ...constant, source: { kind: 'weight', weight: withRowsOf(source.weight, flattened) } };
}

function withRowsOf(weight: WeightPart, { extents, order }: Flattened): WeightPart {
  const [rows, columns] = [at(weight.order, 0), at(weight.order, 1)];
  const view = viewOf(weight).flatMap((extent, axis) => (axis === rows ? extents : [extent]));
  const first = rows < columns ? 0 : 1;
  const last = rows < columns ? extents.length : 0;
  return { ...weight, view, order: [...order.map((axis) => axis + first), last] };
}
