/** Removes the Reshape before a dense layer that flattens its operand by itself. */
import { at, required } from '../../../common/at.js';
import type { Capabilities } from '../capabilities.js';
import { sameList } from '../lists.js';
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { shapesOf, withoutUnread } from './views.js';

export function absorbFlatten(draft: Draft, { gemmFlattens = false }: Capabilities): Draft {
  if (!gemmFlattens) return draft;
  const shapes = shapesOf(draft);
  /** Operand of each Reshape, by its result. */
  const sources = new Map<number, number>();
  const operations = draft.operations.map((operation): PlannedOperation => {
    const x = at(operation.inputs, 0);
    if (operation.kind === 'Reshape') sources.set(at(operation.outputs, 0), x);
    const source = operation.kind === 'Gemm' ? sources.get(x) : undefined;
    if (source === undefined) return operation;
    const rows = at(operation.results, 0).shape.slice(0, -1);
    return isFlattened(required(shapes, source, 'shapes'), rows)
      ? { ...operation, inputs: [source, ...operation.inputs.slice(1)] }
      : operation;
  });
  const outputs = draft.outputs.map(({ tensor }) => tensor);
  return { ...draft, operations: withoutUnread(operations, outputs) };
}

/** Whether the rows of a dense layer are the leading axes of its operand before the Reshape. */
function isFlattened(shape: readonly number[], rows: readonly number[]): boolean {
  return shape.length > rows.length && sameList(shape.slice(0, rows.length), rows);
}
