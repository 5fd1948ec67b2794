/**
 * `npm run measure:twins`: the same release of WebAssembly in Node and pages of Chromium and Firefox, in turn in one run. Bar: the
 * page takes as long as Node, within 5 %, or the difference is explained by what the two report.
 *
 * Options: `-- --time 150s --rounds 8 --run <folder>`. `--run` goes on with a run of this script that was interrupted, or writes the
 * page of a finished one again.
 */
import { parseArgs } from 'node:util';
import { positiveInteger } from '../../common/values.js';
import { asGiven, publish } from './ledger.js';
import { measuredRun, pageOptions } from './page-runs.js';
import { markdownTable } from './table.js';
import { twinHead, twinRows } from './twin-rows.js';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '150s' },
    rounds: { type: 'string', default: '8' },
    run: { type: 'string' },
  },
});
const targets = ['onnxruntime/wasm', 'tfjs/wasm'].flatMap((name) => [
  ...[name, `${name}@browser`, `${name}@firefox`],
]);
const options = pageOptions(targets, values.time, positiveInteger(values.rounds));
const results = await measuredRun('twins', options, values.run);
const introduction = [
  'The same release of WebAssembly, with one thread and SIMD, in Node and in a page. Ratios are taken within rounds and have the',
  'interval of the run; its whole decides. What the two report of themselves, and differ in, stands beside it: TensorFlow.js loads its',
  'binary for threads in an isolated page, however many it may use, and the one without in Node.',
].join('\n');
publish(
  'twins',
  `${introduction}\n\n${markdownTable(twinHead, twinRows(results))}`,
  asGiven('npm run measure:twins'),
);
