/**
 * `npm run conformance`: every target that is available on every small model, printed as a matrix; without options it
 * is written into docs/conformance.md too.
 *
 * Options: `-- --targets 'pytorch/*' --adapter ./mine.js --cases 'recurrent*'`. Exit status 1 where a target gets
 * anything wrong.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import picomatch from 'picomatch';
import type { Target } from '../adapters/adapter.js';
import { addOutsideAdapter, discoverFrameworks } from '../adapters/discover.js';
import { selectTargets } from '../cli/select.js';
import { names } from '../cli/values.js';
import { oneLine } from '../common/errors.js';
import { projectRoot } from '../common/paths.js';
import { documentOf, sectionOf, table } from '../runners/conformance/document.js';
import type { TargetResults } from '../runners/conformance/matrix.js';
import { runConformance } from '../runners/conformance/run.js';
import { ensureTargets, targetAvailability } from '../runners/provision/availability.js';
import { type ConformanceCase, conformanceCases } from '../suites/conformance/artefacts.js';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const { values } = parseArgs({
  options: {
    targets: { type: 'string' },
    adapter: { type: 'string', multiple: true },
    cases: { type: 'string', default: '*' },
  },
});

try {
  process.exitCode = await main();
} catch (error) {
  say(oneLine(error));
  process.exitCode = 4;
}

async function main(): Promise<number> {
  for (const path of values.adapter ?? []) addOutsideAdapter(path);
  const all = await measureAll(await chosenTargets());
  process.stdout.write(
    [
      `Forward\n\n${table(all, 'inference')}`,
      `Gradients\n\n${table(all, 'training')}`,
      ...all.map(sectionOf),
    ].join('\n\n'),
  );
  process.stdout.write('\n');
  const isWhole = !values.targets && !values.adapter && values.cases === '*';
  if (isWhole) await writeFile(join(projectRoot, 'docs/conformance.md'), documentOf(all));
  const broken = all.flatMap(({ results }) =>
    results.filter(({ outcome }) => outcome.state === 'wrong' || outcome.state === 'failed'),
  );
  return broken.length === 0 ? 0 : 1;
}

async function chosenTargets(): Promise<Target[]> {
  const everyone = (await discoverFrameworks())
    .flatMap((framework) => framework.targets)
    .filter((target) => !target.isNull)
    .map((target) => ({ name: target.name, target }));
  const chosen = values.targets ? selectTargets(everyone, names(values.targets)) : everyone;
  return chosen.map(({ target }) => target);
}

/** As many at once as there are processors: nothing is timed here. */
async function measureAll(targets: readonly Target[]): Promise<TargetResults[]> {
  await ensureTargets(targets, { report: say }).catch((error: unknown) => say(oneLine(error)));
  const matches = picomatch(values.cases.replaceAll('/', '\\/'));
  const cases = conformanceCases().filter(({ name }) => matches(name));
  const found = new Map<Target, TargetResults>();
  const queue = [...targets];
  const lane = async () => {
    for (let target = queue.shift(); target; target = queue.shift()) {
      const results = await measure(target, cases);
      if (results) found.set(target, results);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return targets.flatMap((target) => found.get(target) ?? []);
}

/** Undefined where the target is not available, which is said. */
async function measure(
  target: Target,
  cases: readonly ConformanceCase[],
): Promise<TargetResults | undefined> {
  const health = await targetAvailability(target);
  if (!health.available) {
    say(`${target.name}: unavailable: ${health.reason}; run: ${health.mend}`);
    return undefined;
  }
  const results = await runConformance(target, cases, {
    python: health.python,
    onResult: ({ one, outcome }) => {
      if (outcome.state !== 'ok' && outcome.state !== 'unsupported') {
        say(`${target.name}, ${one.mode}, ${one.name}: ${outcome.state}: ${outcome.reason}`);
      }
    },
  });
  const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
  say(`${target.name}: ${passed} of ${results.length} agree`);
  return { target: target.name, results };
}
