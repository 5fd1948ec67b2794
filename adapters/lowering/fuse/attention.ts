/** Attention that is spelt as two products around a Softmax becomes one operation, as frameworks document it. */
import { at, required } from '../../../common/at.js';
import type { Capabilities } from '../capabilities.js';
import { sameList } from '../lists.js';
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { readOnce } from './readers.js';
import { shapesOf } from './views.js';

/** FusedMatMul of query and key, a scale or none, Softmax over the keys, MatMul with value. */
export function fuseAttention(draft: Draft, capabilities: Capabilities): Draft {
  const limit = capabilities.operations.Attention;
  if (!limit) return draft;
  const [once, shapes] = [readOnce(draft), shapesOf(draft)];
  /** What makes a tensor that nothing else reads. */
  const makers = new Map(
    draft.operations.flatMap((operation) => {
      const output = at(operation.outputs, 0);
      return once.has(output) && !operation.activation ? [[output, operation] as const] : [];
    }),
  );
  const numbers = new Set(
    draft.constants
      .filter(({ trained, shape }) => !trained && shape.length === 0)
      .map(({ tensor }) => tensor),
  );
  /** What replaces an operation. */
  const changed = new Map<PlannedOperation, readonly PlannedOperation[]>();
  for (const operation of draft.operations) {
    if (operation.kind !== 'MatMul') continue;
    const [weights, value] = [at(operation.inputs, 0), at(operation.inputs, 1)];
    const found = scoresBehind(weights);
    if (!found) continue;
    const [query, key] = [at(found.product.inputs, 0), at(found.product.inputs, 1)];
    const inputs = [query, key, value, ...found.scale];
    const { type } = at(operation.results, 0);
    const operands = inputs.map((id) => ({ id, type, shape: required(shapes, id, 'shapes') }));
    const [q, k, v, ...scale] = operands;
    if (!q || !k || !v || !haveOneBatch(operands.slice(0, 3))) continue;
    if (limit({}, [q, k, v, ...scale], 'Attention') !== undefined) continue;
    for (const each of found.parts) changed.set(each, []);
    changed.set(operation, [{ ...operation, kind: 'Attention', settings: {}, inputs }]);
  }
  return { ...draft, operations: draft.operations.flatMap((each) => changed.get(each) ?? [each]) };

  /** What the weights of the values are made of. */
  function scoresBehind(weights: number) {
    const softmax = makers.get(weights);
    if (softmax?.kind !== 'Softmax') return undefined;
    const { shape } = at(softmax.results, 0);
    if (softmax.settings.axis !== shape.length - 1) return undefined;
    const scores = makers.get(at(softmax.inputs, 0));
    if (scores?.kind === 'FusedMatMul') return { product: scores, scale: [], parts: [softmax, scores] };
    if (scores?.kind !== 'Mul') return undefined;
    const [scale, ...others] = scores.inputs.filter((tensor) => numbers.has(tensor));
    const product = scores.inputs.flatMap((tensor) => makers.get(tensor) ?? [])[0];
    if (scale === undefined || others.length > 0 || product?.kind !== 'FusedMatMul') return undefined;
    return { product, scale: [scale], parts: [softmax, scores, product] };
  }
}

/** Whether the axes before the last two are the same, so that nothing broadcasts. */
function haveOneBatch(operands: readonly { readonly shape: readonly number[] }[]): boolean {
  const batches = operands.map(({ shape }) => shape.slice(0, -2));
  return batches.every((batch) => batch.length > 0 && sameList(batch, at(batches, 0)));
}
