/**
 * `npm run conformance`: every target that is available on every small model, printed as a matrix; without options it
 * is written into docs/conformance.md too.
 *
 * Options: `-- --targets 'pytorch/*' --adapter ./mine.js --cases 'recurrent*'`. With `--onnx` the ONNX project's backend node
 * tests instead, into docs/onnx-conformance.md, of some operators with `--operators 'Conv*,LSTM'`. Exit status 1 where a
 * target gets anything wrong.
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
import {
  nodeDocument,
  operatorOf,
  refusalsOf,
  shareOf,
  summaryOf,
} from '../runners/conformance/node-report.js';
import { runConformance } from '../runners/conformance/run.js';
import { prepareTests, runNodeTests } from '../runners/conformance/run-nodes.js';
import { ensureTargets, targetAvailability } from '../runners/provision/availability.js';
import { ensureEnvironment } from '../runners/provision/environments.js';
import { type ConformanceCase, conformanceCases } from '../suites/conformance/artefacts.js';
import { onnxNodeTests } from '../suites/conformance/node-tests.js';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const { values } = parseArgs({
  options: {
    targets: { type: 'string' },
    adapter: { type: 'string', multiple: true },
    cases: { type: 'string', default: '*' },
    onnx: { type: 'boolean', default: false },
    operators: { type: 'string' },
  },
});

try {
  process.exitCode = values.onnx ? await nodeTests() : await main();
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

async function nodeTests(): Promise<number> {
  const targets = await chosenTargets();
  const python = async (name: 'reference' | 'reference-training') =>
    (await ensureEnvironment(name, { report: say })).python;
  const tests = await onnxNodeTests(python);
  const matches = picomatch(values.operators ? names(values.operators) : ['*']);
  // Named operators are looked at by themselves, without the functions that are made of them.
  const chosen = tests.tests.filter((test) => !values.operators || matches(operatorOf(test) ?? ''));
  const prepared = await prepareTests(tests, chosen, (done) => {
    if (done % 200 === 0) say(`prepared ${done} of ${chosen.length} tests`);
  });
  const all = await onEach(targets, async (target) => {
    const health = await availability(target);
    if (!health) return undefined;
    const results = await runNodeTests(target, prepared, health.python, ({ name, outcome }) => {
      if (outcome.state === 'wrong' || outcome.state === 'failed')
        say(`${target.name}, ${name}: ${outcome.state}: ${outcome.reason}`);
    });
    say(summaryOf({ target: target.name, results }));
    return { target: target.name, results };
  });
  const document = nodeDocument(tests.onnx, all);
  const isWhole = !values.targets && !values.adapter && !values.operators;
  if (isWhole) await writeFile(join(projectRoot, 'docs/onnx-conformance.md'), document);
  process.stdout.write(document);
  if (values.operators || values.targets) process.stdout.write(`${all.map(refusalsOf).join('\n')}\n`);
  return all.some(({ results }) => shareOf(results).broken > 0) ? 1 : 0;
}

/** All small models on every target. */
async function measureAll(targets: readonly Target[]): Promise<TargetResults[]> {
  const matches = picomatch(values.cases.replaceAll('/', '\\/'));
  const cases = conformanceCases().filter(({ name }) => matches(name));
  return onEach(targets, (target) => measure(target, cases));
}

/** As many at once as there are processors: nothing is timed here. Without those that gave nothing. */
async function onEach<Result>(
  targets: readonly Target[],
  work: (target: Target) => Promise<Result | undefined>,
): Promise<Result[]> {
  await ensureTargets(targets, { report: say }).catch((error: unknown) => say(oneLine(error)));
  const found = new Map<Target, Result>();
  const queue = [...targets];
  const lane = async () => {
    for (let target = queue.shift(); target; target = queue.shift()) {
      const result = await work(target);
      if (result !== undefined) found.set(target, result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return targets.flatMap((target) => found.get(target) ?? []);
}

/** Undefined where it is not available, which is said. */
async function availability(target: Target): Promise<{ readonly python?: string } | undefined> {
  const health = await targetAvailability(target);
  if (health.available) return health;
  say(`${target.name}: unavailable: ${health.reason}; run: ${health.mend}`);
  return undefined;
}

/** Undefined where the target is not available, which is said. */
async function measure(
  target: Target,
  cases: readonly ConformanceCase[],
): Promise<TargetResults | undefined> {
  const health = await availability(target);
  if (!health) return undefined;
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
