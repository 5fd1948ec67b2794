/**
 * `npm run conformance`: every target that is available on every small model, printed as a matrix; without options it
 * is written into docs/conformance.md too. Exit status 1 where a target gets anything wrong.
 *
 * Options: `-- --targets 'pytorch/*' --adapter ./mine.js --cases 'recurrent*'`. With `--onnx` the ONNX project's backend node
 * tests instead, into docs/onnx-conformance.md, of some operators with `--operators 'Conv*,LSTM'`. With `--training` twenty
 * steps of every workload under every optimiser, into docs/training-conformance.md, of some with `--workload 'lenet5,text*'`;
 * what agreed before is not run again without `--fresh`.
 */
import { parseArgs } from 'node:util';
import { oneLine } from '../common/errors.js';
import { nodeTests } from './conformance/node-tests.js';
import { smallModels } from './conformance/small-models.js';
import { say } from './conformance/targets.js';
import { trainingSteps } from './conformance/training-steps.js';

const { values } = parseArgs({
  options: {
    targets: { type: 'string' },
    adapter: { type: 'string', multiple: true },
    cases: { type: 'string' },
    onnx: { type: 'boolean', default: false },
    operators: { type: 'string' },
    training: { type: 'boolean', default: false },
    workload: { type: 'string' },
    fresh: { type: 'boolean' },
  },
});

try {
  const run = values.onnx ? nodeTests : values.training ? trainingSteps : smallModels;
  process.exitCode = await run(values);
} catch (error) {
  say(oneLine(error));
  process.exitCode = 4;
}
