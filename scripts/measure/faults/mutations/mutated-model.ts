/** The mutated model of a seed. */
import { required } from '../../../../common/at.js';
import { proto } from '../../../../model/import/proto.js';
import { baseModels } from './base-models.js';
import { byteMutations } from './bytes.js';
import { type Draw, drawFor } from './draw.js';
import { modelMutations } from './model.js';
import { decoded } from './model-parts.js';
import { nestedModel } from './nested-model.js';

export interface MutatedModel {
  /** Which mutation, for the table. */
  readonly kind: string;
  readonly base: string;
  readonly bytes: Uint8Array;
}

const nesting = 'nesting';
const depths = [1, 16, 17, 100, 2_000, 100_000];
export const mutationKinds = [nesting, ...Object.keys(byteMutations), ...Object.keys(modelMutations)];

/** The same for the same seed. */
export function mutatedModel(seed: number): MutatedModel {
  const draw = drawFor(seed, 'model');
  const kind = draw.pick(mutationKinds);
  const { name: base, bytes } = draw.pick(baseModels);
  return { kind, base, bytes: mutate(bytes, kind, draw) };
}

function mutate(bytes: Uint8Array, kind: string, draw: Draw): Uint8Array {
  if (kind === nesting) return nestedModel(draw.pick(depths));
  const ofBytes = byteMutations[kind];
  if (ofBytes) return ofBytes(bytes, draw);
  const model = decoded(bytes);
  // Defects may hide each other: most models have one, some have a few more.
  const others = Array.from({ length: draw.pick([0, 0, 0, 1, 2]) }, () =>
    draw.pick(Object.keys(modelMutations)),
  );
  for (const each of [kind, ...others]) required(modelMutations, each, 'mutations of models')(model, draw);
  return proto.ModelProto.encode(model).finish();
}
