/** A product whose second factor is transposed before: kernels read a factor either way, so it need not be moved. */
import { at, required } from '../../../common/at.js';
import type { Capabilities } from '../capabilities.js';
import { ascending } from '../lists.js';
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { readOnce } from './readers.js';
import { shapesOf } from './views.js';

type Of<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, { kind: Kind }>;

/** MatMul of a Transpose that swaps the last two axes becomes FusedMatMul of the rest of the Transpose, if there is any. */
export function fuseTransposedProducts(draft: Draft, capabilities: Capabilities): Draft {
  const limit = capabilities.operations.FusedMatMul;
  if (!limit) return draft;
  const [shapes, transposes] = [shapesOf(draft), swapping(draft)];
  /** What replaces an operation. */
  const changed = new Map<PlannedOperation, readonly PlannedOperation[]>();
  for (const operation of draft.operations) {
    if (operation.kind !== 'MatMul') continue;
    const [x, factor] = [at(operation.inputs, 0), at(operation.inputs, 1)];
    const transpose = transposes.get(factor);
    if (!transpose) continue;
    const kept = withoutSwap(transpose);
    const { type, shape } = at(kept.results, 0);
    const operands = [
      { id: x, type, shape: required(shapes, x, 'shapes') },
      { id: factor, type, shape },
    ] as const;
    if (limit({ transB: true }, operands, 'FusedMatMul') !== undefined) continue;
    const isNone = ascending(kept.settings.perm);
    changed.set(transpose, isNone ? [] : [kept]);
    const inputs = [x, isNone ? at(transpose.inputs, 0) : factor];
    changed.set(operation, [{ ...operation, kind: 'FusedMatMul', settings: { transB: true }, inputs }]);
  }
  return { ...draft, operations: draft.operations.flatMap((each) => changed.get(each) ?? [each]) };
}

/** Transposes with one reader that move the last axis to the place before it, by their results. */
function swapping(draft: Draft): ReadonlyMap<number, Of<'Transpose'>> {
  const once = readOnce(draft);
  const found = new Map<number, Of<'Transpose'>>();
  for (const operation of draft.operations) {
    if (operation.kind !== 'Transpose' || !once.has(at(operation.outputs, 0))) continue;
    const { perm } = operation.settings;
    if (perm.length >= 2 && at(perm, -2) === perm.length - 1) found.set(at(operation.outputs, 0), operation);
  }
  return found;
}

function withoutSwap(transpose: Of<'Transpose'>): Of<'Transpose'> {
  const { type, shape } = at(transpose.results, 0);
  const perm = swapped(transpose.settings.perm);
  return { ...transpose, settings: { perm }, results: [{ type, shape: swapped(shape) }] };
}

function swapped(list: readonly number[]): readonly number[] {
  return [...list.slice(0, -2), at(list, -1), at(list, -2)];
}
