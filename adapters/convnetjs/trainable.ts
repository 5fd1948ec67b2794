/** What ConvNetJS does not train: it has one loss, and every layer learns both its weights and its biases. */
import { at } from '../../common/at.js';
import type { Plan, PlannedConstant, PlannedOperation } from '../lowering/plan.js';
import { refuse } from '../lowering/refusal.js';
import { title } from './capabilities.js';
import type { Weighted } from './layer-list.js';

/** Each layer has weights of its own. @throws UnsupportedError naming a weight that several operations share */
export function checkSharing({ constants, operations }: Plan): void {
  for (const constant of constants.filter(({ trained }) => trained)) {
    const readers = operations.flatMap(({ inputs }) => inputs.filter((tensor) => tensor === constant.tensor));
    if (readers.length > 1)
      refuse(`the weight ${nameOf(constant)}, which several operations share, is not trained by ${title}`);
  }
}

/** @throws UnsupportedError naming the weight that it would train, or would not */
export function checkTraining(operations: readonly PlannedOperation[], weighted: readonly Weighted[]): void {
  const last = at(operations, -1);
  if (last.kind !== 'Gemm' || last.activation)
    refuse(
      `nets that end in ${last.kind} (${last.node}) are not trained by ${title}: its softmax layer is a Gemm`,
    );
  for (const { node, weight, bias } of weighted) {
    if (!bias) refuse(`${title} would train a bias for ${node}, which has none`);
    const constant = [weight, bias].find(({ trained }) => !trained);
    if (constant) refuse(`${title} would train the constant ${nameOf(constant)}`);
  }
}

function nameOf({ source }: PlannedConstant): string {
  return source.kind === 'weight' ? source.weight.name : 'that the plan adds';
}
