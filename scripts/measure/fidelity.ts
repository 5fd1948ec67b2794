/**
 * `npm run measure:fidelity`: our clock against others on the same loaded model, in turn, in one process: torch.utils.benchmark for
 * PyTorch, a bare loop in the same language for the others, and tinybench beside it in Node, which reads iterations of less than
 * about 100 µs too high (`paired/tinybench.ts`). Pages are measured where they are named: `-- --targets 'tfjs/*@browser'`; there
 * TensorFlow.js has the loop of its own benchmark as well. Bar: 1 ± 0.01. See `paired/compare.ts` for the options.
 */
import { compareAll } from './paired/compare.js';

await compareAll({
  kind: 'fidelity',
  head: 'our clock ÷ other timer',
  bar: { low: 0.99, high: 1.01 },
  workloads: ['lenet5', 'row-lstm'],
  introduction: [
    'Our clock against other timers on the same loaded model, in turn, in one process, on one thread. Ratios are Hodges–Lehmann estimates',
    'over adjacent blocks with signed-rank intervals; the whole interval decides, and `undecided` has a side of the bar within it.',
    'tinybench reads iterations of less than about 100 µs too high, by what it does between two of them: there the bare loop is the',
    'reference. In pages the loop of the benchmark of TensorFlow.js is another timer; its inputs are tensors beforehand.',
  ].join('\n'),
});
