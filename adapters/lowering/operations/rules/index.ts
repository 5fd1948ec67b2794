/** The rule of each ONNX operator. */
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import type { Rules } from './rule.js';
import { shape } from './shape.js';

export const rules: Rules = { ...elementwise, ...reductions, ...shape, ...products, ...indexing };
