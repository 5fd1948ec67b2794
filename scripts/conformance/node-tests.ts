/** Verifies targets on the ONNX project's backend node tests. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from '../../common/glob.js';
import { projectRoot } from '../../common/paths.js';
import { names } from '../../common/values.js';
import { prepareTests, runNodeTests } from '../../runners/conformance/node-tests.js';
import {
  countsOf,
  nodeDocument,
  operatorOf,
  summaryOf,
  unsupportedOf,
} from '../../runners/conformance/node-tests-report.js';
import { isFailure } from '../../runners/conformance/verify.js';
import { onnxNodeTests } from '../../suites/conformance/node-tests.js';
import { chosenTargets, isComplete, onEach, referencePython, say, type TargetChoice } from './targets.js';

interface Options extends TargetChoice {
  readonly operators?: string | undefined;
}

/** @returns the exit status */
export async function nodeTests(options: Options): Promise<number> {
  const targets = await chosenTargets(options);
  const tests = await onnxNodeTests(referencePython);
  const patterns = names(options.operators ?? '*').map((pattern) => glob(pattern));
  // With --operators, tests of expanded functions are left out.
  const isChosen = (operator: string | undefined) =>
    operator !== undefined && patterns.some((matches) => matches(operator));
  const chosen = tests.tests.filter((test) => !options.operators || isChosen(operatorOf(test)));
  const prepared = await prepareTests(tests, chosen, (done) => {
    if (done % 200 === 0) say(`prepared ${done} of ${chosen.length} tests`);
  });
  const all = await onEach(targets, async (target, executable) => {
    const results = await runNodeTests(target, prepared, executable, ({ name, outcome }) => {
      if (isFailure(outcome)) say(`${target.name}, ${name}: ${outcome.state}: ${outcome.reason}`);
    });
    say(summaryOf({ target: target.name, results }));
    return { target: target.name, results };
  });
  const document = nodeDocument(tests.onnx, all);
  const isWhole = isComplete(options) && options.operators === undefined;
  if (isWhole) await writeFile(join(projectRoot, 'docs/onnx-conformance.md'), document);
  process.stdout.write(document);
  if (options.operators || options.targets) process.stdout.write(`${all.map(unsupportedOf).join('\n')}\n`);
  return all.some(({ results }) => countsOf(results).failed > 0) ? 1 : 0;
}
