/** A reduction with keepdims whose reduced axes a Reshape removes becomes one without keepdims. */
import { at } from '../../../common/at.js';
import { sameList } from '../lists.js';
import { type Reduction, reductions } from '../operations/operation.js';
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { readOnce } from './readers.js';

type PlannedReduction = Extract<PlannedOperation, { kind: Reduction }>;

const kinds: ReadonlySet<string> = new Set(reductions);

export function dropReducedAxes(draft: Draft): Draft {
  const once = readOnce(draft);
  const operations: PlannedOperation[] = [];
  /** Place in `operations` of each reduction, by its result. */
  const places = new Map<number, number>();
  for (const operation of draft.operations) {
    const x = at(operation.inputs, 0);
    const place = once.has(x) ? places.get(x) : undefined;
    const maker = place === undefined ? undefined : (operations[place] as PlannedReduction);
    if (
      place !== undefined &&
      maker &&
      operation.kind === 'Reshape' &&
      drops(operation.settings.shape, maker)
    ) {
      const settings = { ...maker.settings, keepdims: false };
      operations[place] = { ...maker, settings, outputs: operation.outputs, results: operation.results };
      continue;
    }
    if (kinds.has(operation.kind)) places.set(at(operation.outputs, 0), operations.length);
    operations.push(operation);
  }
  return { ...draft, operations };
}

function drops(shape: readonly number[], { settings, results }: PlannedReduction): boolean {
  const kept = at(results, 0).shape.filter((_, axis) => !settings.axes.includes(axis));
  return settings.keepdims && sameList(shape, kept);
}
