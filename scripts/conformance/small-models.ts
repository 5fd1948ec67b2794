/** Every small model of `suites/conformance/` on every target. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { projectRoot } from '../../common/paths.js';
import { isBroken, runConformance } from '../../runners/conformance/small-models.js';
import { documentOf, sectionOf, table } from '../../runners/conformance/small-models-report.js';
import { conformanceCases } from '../../suites/conformance/conformance-cases.js';
import { chosenTargets, isOfAll, onEach, say, type TargetChoice } from './targets.js';

interface Options extends TargetChoice {
  readonly cases?: string | undefined;
}

/** @returns the exit status */
export async function smallModels(options: Options): Promise<number> {
  const matches = picomatch((options.cases ?? '*').replaceAll('/', '\\/'));
  const cases = conformanceCases().filter(({ name }) => matches(name));
  const all = await onEach(await chosenTargets(options), async (target, executable) => {
    const results = await runConformance(target, cases, {
      executable,
      onResult: ({ one, outcome }) => {
        if (isBroken(outcome)) {
          say(`${target.name}, ${one.mode}, ${one.name}: ${outcome.state}: ${outcome.reason}`);
        }
      },
    });
    const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
    say(`${target.name}: ${passed} of ${results.length} agree`);
    return { target: target.name, results };
  });
  const tables = [`Forward\n\n${table(all, 'inference')}`, `Gradients\n\n${table(all, 'training')}`];
  process.stdout.write(`${[...tables, ...all.map(sectionOf)].join('\n\n')}\n`);
  const isWhole = isOfAll(options) && options.cases === undefined;
  if (isWhole) await writeFile(join(projectRoot, 'docs/conformance.md'), documentOf(all));
  return all.some(({ results }) => results.some(({ outcome }) => isBroken(outcome))) ? 1 : 0;
}
