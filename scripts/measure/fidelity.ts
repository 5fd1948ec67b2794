/**
 * `npm run measure:fidelity`: our clock against the framework's own timer on the same loaded model, in turn, in one
 * process: torch.utils.benchmark for PyTorch, a bare loop in the same language for the others. Bar: 1 ± 0.01.
 */
import { compareAll } from './paired.js';

await compareAll({
  kind: 'fidelity',
  head: 'our clock ÷ own timer',
  bar: { low: 0.99, high: 1.01 },
});
