/** Chains of Reshape and of Transpose become one operation, or none; a Transpose that only moves axes of extent 1 is a Reshape. */
import { at, required } from '../../../common/at.js';
import { ascending, sameList } from '../lists.js';
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { isInOrder } from './moved.js';

type Of<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

export function mergeViews(draft: Draft): Draft {
  const shapes = shapesOf(draft);
  const kept = new Set(draft.outputs.map(({ tensor }) => tensor));
  const makers = new Map<number, PlannedOperation>();
  /** Tensors that equal another one, by number. */
  const same = new Map<number, number>();
  const operations: PlannedOperation[] = [];
  for (const given of draft.operations) {
    const operation = { ...given, inputs: given.inputs.map((tensor) => same.get(tensor) ?? tensor) };
    const merged = merge(plainer(operation as PlannedOperation), makers);
    const [x, y] = [at(merged.inputs, 0), at(merged.outputs, 0)];
    if (isIdentity(merged, required(shapes, x, 'shapes')) && !kept.has(y)) {
      same.set(y, x);
      continue;
    }
    makers.set(y, merged);
    operations.push(merged);
  }
  return { ...draft, operations: withoutUnread(operations, kept) };
}

/** A Transpose that does not change the order of the elements is a Reshape. */
function plainer(operation: PlannedOperation): PlannedOperation {
  if (operation.kind !== 'Transpose') return operation;
  const { shape } = at(operation.results, 0);
  const moved = operation.settings.perm.filter((_, place) => at(shape, place) !== 1);
  return ascending(moved) ? { ...operation, kind: 'Reshape', settings: { shape } } : operation;
}

function merge(operation: PlannedOperation, makers: ReadonlyMap<number, PlannedOperation>): PlannedOperation {
  const before = makers.get(at(operation.inputs, 0));
  if (operation.kind === 'Reshape' && before?.kind === 'Reshape')
    return { ...operation, inputs: before.inputs };
  if (operation.kind === 'Transpose' && before?.kind === 'Transpose') {
    const perm = operation.settings.perm.map((axis) => at(before.settings.perm, axis));
    return plainer({ ...operation, inputs: before.inputs, settings: { perm } });
  }
  return operation.kind === 'Transpose' && before?.kind === 'Reshape'
    ? (reshapeOf(operation, before, makers) ?? operation)
    : operation;
}

/** An image that is flattened in ONNX's layout and then transposed as products take it was in that order before. */
function reshapeOf(
  operation: Of<'Transpose'>,
  reshape: Of<'Reshape'>,
  makers: ReadonlyMap<number, PlannedOperation>,
): PlannedOperation | undefined {
  const first = makers.get(at(reshape.inputs, 0));
  if (first?.kind !== 'Transpose') return undefined;
  const { shape } = at(operation.results, 0);
  const [before, after] = [at(first.results, 0).shape, reshape.settings.shape];
  return isInOrder(first.settings.perm, before, after, operation.settings.perm)
    ? { ...operation, kind: 'Reshape', settings: { shape }, inputs: first.inputs }
    : undefined;
}

function isIdentity(operation: PlannedOperation, shape: readonly number[]): boolean {
  if (operation.kind === 'Reshape') return sameList(operation.settings.shape, shape);
  return operation.kind === 'Transpose' && operation.settings.perm.every((axis, place) => axis === place);
}

export function shapesOf({ inputs, constants, operations }: Draft): ReadonlyMap<number, readonly number[]> {
  const shapes = new Map<number, readonly number[]>();
  for (const { tensor, axes, onnxShape } of inputs)
    shapes.set(
      tensor,
      axes.map((axis) => at(onnxShape, axis)),
    );
  for (const { tensor, shape } of constants) shapes.set(tensor, shape);
  for (const { outputs, results } of operations)
    outputs.forEach((tensor, place) => {
      shapes.set(tensor, at(results, place).shape);
    });
  return shapes;
}

/** Without operations whose results nobody reads. */
export function withoutUnread(
  operations: readonly PlannedOperation[],
  outputs: Iterable<number>,
): PlannedOperation[] {
  const read = new Set(outputs);
  const kept = operations.toReversed().filter((operation) => {
    if (!operation.outputs.some((tensor) => read.has(tensor))) return false;
    for (const tensor of operation.inputs) read.add(tensor);
    return true;
  });
  return kept.reverse();
}
