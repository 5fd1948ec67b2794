/** The rule of each ONNX operator. */
import { attentions } from './attention.js';
import type { Canonicalisers } from './canonicaliser.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { integerConvolutions } from './integer-convolutions.js';
import { integerProducts } from './integer-products.js';
import { losses } from './losses.js';
import { normalisation } from './normalisation.js';
import { parts } from './parts.js';
import { products } from './products.js';
import { quantisation } from './quantised.js';
import { recurrences } from './recurrent.js';
import { reductions } from './reductions.js';
import { resizing } from './resize.js';
import { sampling } from './sampling.js';
import { shape } from './shape.js';
import { spectra } from './spectra.js';
import { unpooling } from './unpooling.js';
import { windows } from './windows.js';

export const canonicalisers: Canonicalisers = {
  ...elementwise,
  ...reductions,
  ...shape,
  ...products,
  ...indexing,
  ...windows,
  ...normalisation,
  ...resizing,
  ...recurrences,
  ...quantisation,
  ...integerProducts,
  ...integerConvolutions,
  ...attentions,
  ...sampling,
  ...spectra,
  ...unpooling,
  ...losses,
  ...parts,
};
