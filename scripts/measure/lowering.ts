/**
 * `npm run measure:lowering`: our lowered model against one written by hand in that framework
 * (`scripts/measure/native/`, `touchstone_bridge/measure/native/`), in turn, in one process. Bar: at most 2 %
 * slower.
 */
import { compareAll } from './paired.js';

await compareAll({
  kind: 'lowering',
  head: 'lowered ÷ hand-written',
  bar: { low: 0, high: 1.02 },
});
