/**
 * What a framework's own documentation would have a user write as one call: a plan with operations joined where the backend
 * has the joined one. Nothing is computed otherwise than before but for the order of roundings within a kernel.
 */
import type { Capabilities } from '../capabilities.js';
import { absorbFlatten } from './absorb-flatten.js';
import { fuseActivations } from './activations.js';
import type { Draft } from './draft.js';
import { flattenInPlace } from './flatten.js';
import { fuseGemm } from './gemm.js';
import { dropReducedAxes } from './reductions.js';
import { fuseTransposedProducts } from './transposed-products.js';
import { mergeViews } from './views.js';

export function fuse(draft: Draft, capabilities: Capabilities): Draft {
  const flat = dropReducedAxes(mergeViews(flattenInPlace(mergeViews(draft))));
  const dense = absorbFlatten(fuseGemm(flat, capabilities), capabilities);
  return fuseActivations(fuseTransposedProducts(dense, capabilities), capabilities);
}
