/** Verifies targets on the small models of `suites/conformance/`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from '../../common/glob.js';
import { projectRoot } from '../../common/paths.js';
import { runConformance } from '../../runners/conformance/small-models.js';
import {
  conformanceDocument,
  matrixTable,
  targetSection,
} from '../../runners/conformance/small-models-report.js';
import { isFailure } from '../../runners/conformance/verify.js';
import { conformanceCases } from '../../suites/conformance/conformance-cases.js';
import { chosenTargets, isComplete, onEach, say, type TargetChoice } from './targets.js';

interface Options extends TargetChoice {
  readonly cases?: string | undefined;
}

/** @returns the exit status */
export async function smallModels(options: Options): Promise<number> {
  const matches = glob(options.cases ?? '*', { acrossSlashes: true });
  const cases = conformanceCases().filter(({ name }) => matches(name));
  const all = await onEach(await chosenTargets(options), async (target, executable) => {
    const results = await runConformance(target, cases, {
      executable,
      onResult: ({ testCase, outcome }) => {
        if (isFailure(outcome)) {
          say(`${target.name}, ${testCase.mode}, ${testCase.name}: ${outcome.state}: ${outcome.reason}`);
        }
      },
    });
    const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
    say(`${target.name}: ${passed} of ${results.length} agree`);
    return { target: target.name, results };
  });
  const tables = [
    `Forward\n\n${matrixTable(all, 'inference')}`,
    `Gradients\n\n${matrixTable(all, 'training')}`,
  ];
  process.stdout.write(`${[...tables, ...all.map(targetSection)].join('\n\n')}\n`);
  const isWhole = isComplete(options) && options.cases === undefined;
  if (isWhole) await writeFile(join(projectRoot, 'docs/conformance.md'), conformanceDocument(all));
  return all.some(({ results }) => results.some(({ outcome }) => isFailure(outcome))) ? 1 : 0;
}
