/**
 * `npm run measure:lowering`: our lowered model against a net written by hand in that framework (`scripts/measure/native/`,
 * `touchstone_bridge/measure/native/`) with the same weights, in turn, in one process. Bar: at most 2 % slower. Before it is timed,
 * each of the two has computed what the artefact expects. See `paired/compare.ts` for the options.
 */
import { compareAll } from './paired/compare.js';

await compareAll({
  kind: 'lowering',
  head: 'lowered ÷ hand-written',
  bar: { low: 0, high: 1.02 },
  workloads: ['lenet5', 'row-lstm', 'resnet18', 'resnet18-small', 'attention-cnn', 'text-gru-small'],
  introduction: [
    'Our lowered model against a net written by hand in that framework as its documentation would have it, with the same weights, in',
    'turn, in one process, on one thread. Each of the two has computed what the artefact expects before it was timed. Ratios are',
    'Hodges–Lehmann estimates over pairs of adjacent blocks with signed-rank intervals; the whole interval decides, and `undecided` has',
    'the bar within it. ResNet-18 is the full one, or its small form where a full one takes too long on that target. The form is what the',
    'lowering took, where the loaded model says it.',
  ].join('\n'),
});
