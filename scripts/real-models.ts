/**
 * `npm run real-models`: downloads the ONNX files of `scripts/real-models/files.json`, runs each on every chosen target, checks what it
 * computes, and writes docs/real-models.md. What is done stays in `docs/measurements/real-models.ndjson`, so that it goes on after an
 * interruption. Exit status 1 if a target is wrong or fails.
 *
 * Options: `-- --package 'silero*,magika' --targets 'pytorch/cpu,tfjs/wasm'`; `--fresh` runs again what is chosen; `--times` measures
 * ONNX Runtime on each file and on its normalised form, on a machine that does nothing else; `--page` only writes the page.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { at } from '../common/at.js';
import { oneLine } from '../common/errors.js';
import { projectRoot } from '../common/paths.js';
import { names } from '../common/values.js';
import type { Tensors } from '../model/graph.js';
import { isFailure } from '../runners/conformance/verify.js';
import { findTargets } from '../runners/coordinator/locate.js';
import { ensureTargets, targetAvailability } from '../runners/hosts/availability.js';
import { chosenTargets } from './conformance/targets.js';
import { type Ledger, ledger, runSteps } from './measure/ledger.js';
import { say } from './measure/new-run.js';
import { choosePackages, keyOf, type ListedFile, type ListedPackage, readList } from './real-models/list.js';
import { page } from './real-models/page.js';
import { type Row, rowsOfFile, steps } from './real-models/rows.js';
import { type AvailableTarget, prepareFiles, runTarget, runtime } from './real-models/run-files.js';
import { timeFile } from './real-models/times.js';
import { modelsOf } from './real-models/wheels.js';

/** What is run without `--targets`. ONNX Runtime comes first: the others are compared with it. */
const defaultTargets = [runtime, 'pytorch/cpu', 'tensorflow/cpu', 'jax/cpu', 'tfjs/wasm'];

const { values } = parseArgs({
  options: {
    package: { type: 'string' },
    targets: { type: 'string', default: defaultTargets.join(',') },
    fresh: { type: 'boolean', default: false },
    times: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});

try {
  process.exitCode = await realModels();
} catch (error) {
  say(oneLine(error));
  process.exitCode = 4;
}

/** @returns the exit status */
async function realModels(): Promise<number> {
  const list = readList();
  const chosen = values.package === undefined ? list : choosePackages(list, names(values.package));
  const kept = ledger<Row>('real-models', values.fresh && values.package === undefined);
  if (!values.page) await (values.times ? timeAll(chosen, kept) : runAll(chosen, kept));
  const ran = kept.entries().flatMap((row) => (row.kind === 'outcome' ? [row.target] : []));
  const targets = [...new Set([...defaultTargets, ...ran])];
  writeFileSync(join(projectRoot, 'docs/real-models.md'), page(list, targets, kept.entriesOf));
  const outcomes = chosen
    .flatMap((entry) => entry.files.map((file) => rowsOfFile(keyOf(entry, file), targets, kept.entriesOf)))
    .flatMap((rows) => rows.outcomes);
  return outcomes.some(({ outcome }) => isFailure(outcome)) ? 1 : 0;
}

async function runAll(chosen: readonly ListedPackage[], kept: Ledger<Row>): Promise<void> {
  const targets = await availableTargets();
  const isDone = (entry: ListedPackage, file: ListedFile) =>
    !values.fresh && isFileDone(entry, file, targets, kept);
  const packages = chosen.map((entry) => ({ key: `${entry.name}==${entry.version}`, entry }));
  const done = new Set(
    packages.filter(({ entry }) => entry.files.every((file) => isDone(entry, file))).map(({ key }) => key),
  );
  await runSteps(
    packages,
    (key) => done.has(key),
    async ({ entry }) => {
      const open = entry.files.filter((file) => !isDone(entry, file));
      const prepared = await prepareFiles(entry, open, await modelsOf(entry), kept);
      const ofRuntime = new Map<string, Tensors>();
      for (const target of targets) await runTarget(target, prepared, ofRuntime, kept);
    },
  );
}

/** A file that cannot be read has no outcomes. */
function isFileDone(
  entry: ListedPackage,
  file: ListedFile,
  targets: readonly AvailableTarget[],
  kept: Ledger<Row>,
): boolean {
  const key = keyOf(entry, file);
  const [found] = kept.entriesOf(steps.file(key));
  if (found?.kind !== 'file') return false;
  return !found.readable || targets.every(({ target }) => kept.has(steps.outcome(key, target.name)));
}

async function timeAll(chosen: readonly ListedPackage[], kept: Ledger<Row>): Promise<void> {
  const { targets } = await findTargets([runtime]);
  const entry = at(targets, 0, 'targets');
  const isOk = (key: string) => {
    const [row] = kept.entriesOf(steps.forms(key));
    return row?.kind === 'forms' && row.file.state === 'ok' && row.normalised.state === 'ok';
  };
  const files = chosen
    .flatMap((from) => from.files.map((file) => ({ from, file, key: keyOf(from, file) })))
    .filter(({ key }) => isOk(key));
  await runSteps(
    files,
    (key) => !values.fresh && kept.has(steps.times(key)),
    async ({ from, file }) => timeFile(entry, from, file, await modelsOf(from), kept),
  );
}

/** Those that are not available are reported and left out. */
async function availableTargets(): Promise<AvailableTarget[]> {
  const selected = await chosenTargets({ targets: `${runtime},${values.targets}` });
  const isRuntime = ({ name }: { readonly name: string }) => name === runtime;
  const wanted = [...selected.filter(isRuntime), ...selected.filter((target) => !isRuntime(target))];
  await ensureTargets(wanted, { report: say }).catch((error: unknown) => say(oneLine(error)));
  const available: AvailableTarget[] = [];
  for (const target of wanted) {
    const health = await targetAvailability(target);
    if (health.available) available.push({ target, executable: health.executable });
    else say(`${target.name}: unavailable: ${health.reason}; run: ${health.fix}`);
  }
  return available;
}
