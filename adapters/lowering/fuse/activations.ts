/** An activation after a convolution or a dense layer becomes part of that call where the backend's kernel applies it. */
import { at } from '../../../common/at.js';
import type { Capabilities, FusingKind } from '../capabilities.js';
import type { FusedActivation, PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';
import { readOnce } from './readers.js';

export function fuseActivations(draft: Draft, { fusedActivations = {} }: Capabilities): Draft {
  const once = readOnce(draft);
  const operations: PlannedOperation[] = [];
  /** Place in `operations` of the operation that makes a tensor. */
  const makers = new Map<number, number>();
  for (const operation of draft.operations) {
    const x = at(operation.inputs, 0);
    const place = makers.get(x);
    const maker = place === undefined ? undefined : operations[place];
    const isJoined =
      maker !== undefined &&
      maker.activation === undefined &&
      once.has(x) &&
      operation.inputs.length === 1 &&
      fusedActivations[maker.kind as FusingKind]?.includes(operation.kind) &&
      isElementwise(operation);
    if (isJoined && place !== undefined) {
      const activation = { kind: operation.kind, settings: operation.settings } as FusedActivation;
      operations[place] = { ...maker, activation, outputs: operation.outputs, results: operation.results };
      makers.set(at(operation.outputs, 0), place);
      continue;
    }
    if (operation.outputs.length === 1) makers.set(at(operation.outputs, 0), operations.length);
    operations.push(operation);
  }
  return { ...draft, operations };
}

/** Dense layers apply a softmax over their outputs like an element-wise function; not along another axis. */
function isElementwise({ kind, settings, results }: PlannedOperation): boolean {
  return kind !== 'Softmax' || settings.axis === at(results, 0).shape.length - 1;
}
