/**
 * Packed textures of the WebGL backend, four values in each texel. In 4.22.0 its products of matrices read what lies in the texels
 * beyond a matrix with an odd number of rows or columns: zeros in what comes from the host, and whatever operations made of those
 * zeros, `exp(0)` for one, in what has been computed. A product of two computed matrices adds it to its sums, and so do the
 * gradients of products: there textures are not packed.
 */
import type { InferenceModel, Model, OpenFramework } from '../adapter.js';
import type { OperationKind } from '../lowering/operations/operation.js';
import type { Plan } from '../lowering/plan.js';
import type { Tf } from './tf.js';

/** Each follows the first until somebody asks for it, and keeps its value from then on. */
const flags = [
  ...['WEBGL_PACK', 'WEBGL_LAZILY_UNPACK', 'WEBGL_CONV_IM2COL', 'WEBGL_PACK_CONV2DTRANSPOSE'],
  ...['NORMALIZATION', 'CLIP', 'DEPTHWISECONV', 'BINARY_OPERATIONS', 'UNARY_OPERATIONS'].map(packing),
  ...['ARRAY_OPERATIONS', 'IMAGE_OPERATIONS', 'REDUCE'].map(packing),
];

function packing(what: string): string {
  return `WEBGL_PACK_${what}`;
}

/** The framework with textures that are packed wherever its results are right. */
export function packedWhereRight(tf: Tf, { loadTraining, ...framework }: OpenFramework): OpenFramework {
  const using = async <Loaded extends Pick<InferenceModel, 'configuration'>>(
    packed: boolean,
    load: () => Loaded | Promise<Loaded>,
  ): Promise<Loaded> => {
    for (const flag of flags) tf.env().set(flag, packed);
    return { ...(await load()), configuration: { packed } };
  };
  return {
    ...framework,
    loadInference: (model) => using(!multipliesResults(model), () => framework.loadInference(model)),
    ...(loadTraining && { loadTraining: (model) => using(false, () => loadTraining(model)) }),
  };
}

const products: ReadonlySet<OperationKind> = new Set(['MatMul', 'FusedMatMul', 'Gemm', 'Einsum', 'Conv']);

function multipliesResults({ plan }: Pick<Model, 'plan'>): boolean {
  const { constants, operations } = plan as Plan;
  const known = new Set(constants.map(({ tensor }) => tensor));
  return operations.some(
    ({ kind, inputs }) => products.has(kind) && inputs.slice(0, 2).every((tensor) => !known.has(tensor)),
  );
}
