/**
 * `npm run measure:lowering`: our lowered model against one written by hand in that framework
 * (`scripts/measure/native/`, `touchstone_bridge/measure/native/`), in turn, in one process. Bar: at most 2 %
 * slower.
 */
import { compareAll } from './paired.js';

await compareAll({
  kind: 'lowering',
  head: 'lowered ÷ hand-written',
  // Its models are files that Keras exports: nobody writes one by hand, and what our lowering makes is such a file.
  without: ['kerasjs/js'],
  bar: { low: 0, high: 1.02 },
});
