/**
 * `npm run measure:browser`: LeNet-5 and the row LSTM in a tab against Node against Python, in Chromium and in Firefox, one example at
 * a time on one thread; ONNX Runtime's native library in Node and in Python, which is what its bindings cost. Writes `docs/measurements/browser.md` and its chart, `docs/images/browser.svg`.
 *
 * Options: `-- --time 270s --rounds 8 --run <folder>`. `--run` goes on with a run of this script that was interrupted, or writes the
 * page of a finished one again.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../common/paths.js';
import { positiveInteger } from '../../common/values.js';
import { chartTitle, drawBrowserChart } from './browser-chart.js';
import { browserTables, placedTimes } from './browser-rows.js';
import { asGiven, publish } from './ledger.js';
import { measuredRun, pageOptions } from './page-runs.js';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '270s' },
    rounds: { type: 'string', default: '8' },
    run: { type: 'string' },
  },
});
const inPages = ['onnxruntime/wasm', 'tfjs/wasm', 'tfjs/js', 'convnetjs/js', 'kerasjs/js'];
const targets = [
  ...['pytorch/cpu', 'tensorflow/cpu', 'onnxruntime/python', 'onnxruntime/cpu', 'tfjs/node'],
  ...inPages.flatMap((name) => [name, `${name}@browser`, `${name}@firefox`]),
];
const options = pageOptions(targets, values.time, positiveInteger(values.rounds));
const results = await measuredRun('browser', options, values.run);
const times = placedTimes(results);
const images = join(projectRoot, 'docs', 'images');
mkdirSync(images, { recursive: true });
writeFileSync(join(images, 'browser.svg'), await drawBrowserChart(times));
const versions = results.targets.flatMap(({ place, runtime }) =>
  place === undefined || runtime === null ? [] : [runtime],
);
const introduction = [
  `Time per inference in a tab (${[...new Set(versions)].join(', ')}), in Node and in Python, with intervals, from one interleaved run.`,
  'A ratio is taken within rounds. Every cell computes what the reference computes.',
].join('\n');
const chart = `![${chartTitle(times)}](../images/browser.svg)`;
publish(
  'browser',
  `${introduction}\n\n${chart}\n\n${browserTables(results)}`,
  asGiven('npm run measure:browser'),
);
