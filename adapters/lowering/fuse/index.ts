/**
 * Fuses operations where the backend has the fused one, as its documentation would have a user write it. Results only differ
 * by rounding within a kernel.
 */
import type { Capabilities } from '../capabilities.js';
import { absorbFlatten } from './absorb-flatten.js';
import { fuseActivations } from './activations.js';
import { fuseAttention } from './attention.js';
import type { Draft } from './draft.js';
import { flattenInPlace } from './flatten.js';
import { fuseGemm } from './gemm.js';
import { dropReducedAxes } from './reductions.js';
import { fuseTransposedProducts } from './transposed-products.js';
import { mergeViews } from './views.js';

export function fuse(draft: Draft, capabilities: Capabilities): Draft {
  const flat = dropReducedAxes(mergeViews(flattenInPlace(mergeViews(draft))));
  const dense = absorbFlatten(fuseGemm(flat, capabilities), capabilities);
  const products = fuseAttention(fuseTransposedProducts(dense, capabilities), capabilities);
  return fuseActivations(products, capabilities);
}
