/**
 * `npm run conformance`: verifies every available target on every small model and prints the result as a matrix. Without options
 * it also writes docs/conformance.md. Exit status 1 if a target is wrong or fails.
 *
 * Options: `-- --targets 'pytorch/*' --adapter ./mine.js --cases 'recurrent*'`. `--onnx` runs the ONNX project's backend node
 * tests instead, into docs/onnx-conformance.md; `--operators 'Conv*,LSTM'` selects some of them. `--training` runs twenty steps of
 * every workload with every optimiser, into docs/training-conformance.md; `--workload 'lenet5,text*'` selects some of them, and
 * cases that agreed before are not run again, unless `--since 2026-11-30` names a later day.
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
    since: { type: 'string' },
  },
});

try {
  const run = values.onnx ? nodeTests : values.training ? trainingSteps : smallModels;
  process.exitCode = await run(values);
} catch (error) {
  say(oneLine(error));
  process.exitCode = 4;
}
