/**
 * `npm run measure:accuracy`: time to accuracy. LeNet-5 and the row LSTM are trained on MNIST digits until they classify a required
 * share of held-out digits correctly (`suites/accuracy.ts`), on every target that trains, from three seeds. It is a metric of its
 * own, never mixed with the time of a step, since it depends on the number of steps as well.
 *
 * Options: `-- --targets 'pytorch/*' --workload lenet5 --seeds 1,2,3`. Every finished training run is a line of
 * `docs/measurements/accuracy.ndjson`, so that an interrupted script continues, and `docs/measurements/accuracy.md` is written from
 * all lines, whichever targets are selected; `--fresh` starts over. A training run is limited to 30 minutes and is stopped as soon
 * as it cannot finish within the limit; `--time 2h` raises the limit. `--epochs 2` replaces the maximum number of epochs of the
 * task; that is another measurement, which is printed and not kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Target } from '../../adapters/adapter.js';
import { at } from '../../common/at.js';
import { oneLine } from '../../common/errors.js';
import { firstDevice } from '../../common/run/device.js';
import { duration, integers, names, positiveInteger } from '../../common/values.js';
import { sourceArtefact } from '../../model/artefact/artefact.js';
import { idOf } from '../../model/artefact/source.js';
import type { Workload } from '../../model/workload.js';
import {
  accuracyIntroduction,
  accuracySection,
  type Finding,
  trainingSeconds,
} from '../../runners/accuracy/report.js';
import { type TrainingRun, trainToAccuracy } from '../../runners/accuracy/train-to-accuracy.js';
import { select } from '../../runners/coordinator/select.js';
import { ensureTargets, targetAvailability } from '../../runners/hosts/availability.js';
import type { Availability } from '../../runners/hosts/host.js';
import { splitCpus } from '../../runners/process/cpus.js';
import { supportOf } from '../../runners/schedule/plan.js';
import { randomFor, shuffled } from '../../runners/schedule/random.js';
import { type AccuracyTask, accuracySource, accuracyTasks } from '../../suites/accuracy.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { chosenTargets } from '../conformance/targets.js';
import { ledger, ledgerInMemory, publish, runSteps } from './ledger.js';
import { say } from './new-run.js';
import { markdownTable } from './table.js';

const { values } = parseArgs({
  options: {
    targets: { type: 'string' },
    workload: { type: 'string', default: '*' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string' },
    time: { type: 'string', default: '30m' },
    fresh: { type: 'boolean', default: false },
  },
});
/** One thread on a dedicated processor, for every target. */
const budget = { threads: 1, cpus: splitCpus(1).workers };
/** Deadline of one epoch, which takes minutes in plain JavaScript. */
const deadlineMs = 30 * 60_000;
const trainingMs = duration(values.time);
const seeds = integers(values.seeds);
const isKept = values.epochs === undefined;

/** A task with its workload. */
interface Course {
  readonly task: AccuracyTask;
  readonly workload: Workload;
  /** Changes with data, model and training: runs with another fingerprint are not comparable. */
  readonly fingerprint: string;
}
interface Entry extends Finding {
  readonly fingerprint: string;
  /** The time limit at which it was stopped. */
  readonly trainingMs?: number;
}
interface Step {
  readonly key: string;
  readonly course: Course;
  readonly seed: number;
  readonly target: Target;
  readonly executable: string | undefined;
}

const results = isKept ? ledger<Entry>('accuracy', values.fresh) : ledgerInMemory<Entry>();
/** Findings that are determined anew in every invocation: unsupported, unavailable, failed. */
const transient: Finding[] = [];
let current: TrainingRun | undefined;
const allTargets = await chosenTargets({});
const chosen = await chosenTargets({ targets: values.targets });
const courses = await chosenCourses();
const steps = await plan(isKept ? allTargets : chosen);
const scratch = await mkdtemp(join(tmpdir(), 'touchstone-accuracy-'));
try {
  await runSteps(steps, (key) => results.has(key) || wasUnfinished(key), trainStep);
} finally {
  await removeCurrent();
  await rm(scratch, { recursive: true, force: true });
}
const report = [accuracyIntroduction, ...courses.map(sectionOf)].join('\n\n');
// The page has all training runs, whichever targets are selected now.
if (isKept) publish('accuracy', report, 'npm run measure:accuracy');
else process.stdout.write(`${report}\n`);

async function chosenCourses(): Promise<Course[]> {
  const workloads = await discoverWorkloads();
  const named = accuracyTasks.map((task) => ({ name: task.workload, task }));
  return select('workload', named, names(values.workload)).map(({ name, task: own }) => {
    const workload = workloads.find((one) => one.name === name);
    if (!workload) throw new Error(`there is no workload ${name}`);
    const task = isKept ? own : { ...own, epochs: positiveInteger(values.epochs ?? '') };
    const id = idOf(accuracySource(task, workload, 0).source).slice(0, 16);
    return { task, workload, fingerprint: `${id}, ${task.requiredAccuracy}, ${task.epochs} epochs` };
  });
}

/**
 * The training runs of the selected targets by seed, in another order for each seed, so that no target always runs at the same time
 * of day. For targets without a run the reason is noted.
 */
async function plan(targets: readonly Target[]): Promise<Step[]> {
  const wanted = new Set(chosen.map(({ name }) => name));
  const there = await installed(targets.filter(({ name }) => wanted.has(name)));
  const planned: Step[] = [];
  for (const course of courses) {
    const { workload, fingerprint } = course;
    const firstSeed = at(seeds, 0, '--seeds');
    const { artefact } = await runOf(course, firstSeed);
    const { mode, precision, training } = artefact.manifest;
    if (!training) throw new Error(`workload ${workload.name} has no training`);
    const able = targets.filter((target) => {
      const can = supportOf({ mode, precision, graph: artefact.graph, training }, target);
      if (!can.supported) note(course, target, firstSeed, { state: 'unsupported', reason: can.reason });
      return can.supported && wanted.has(target.name);
    });
    for (const seed of seeds) {
      for (const target of shuffled(able, randomFor(seed, 'accuracy', workload.name))) {
        const health = there.get(target);
        const key = `${workload.name} ${seed} ${target.name} (${fingerprint})`;
        if (health?.available) planned.push({ key, course, seed, target, executable: health.executable });
        else note(course, target, seed, { state: 'unavailable', reason: health?.reason ?? 'not selected' });
      }
    }
  }
  return planned;
}

async function installed(targets: readonly Target[]): Promise<Map<Target, Availability>> {
  await ensureTargets(targets, { report: say }).catch((error: unknown) => say(oneLine(error)));
  const found = targets.map(async (target) => [target, await targetAvailability(target)] as const);
  return new Map(await Promise.all(found));
}

/** Only the last one is kept: runs of a seed are consecutive, and an artefact has 130 MB. */
async function runOf({ task, workload }: Course, seed: number): Promise<TrainingRun> {
  if (current?.task === task && current.seed === seed) return current;
  await removeCurrent();
  const prepared = accuracySource(task, workload, seed);
  current = { task, seed, prepared, artefact: await sourceArtefact(prepared.source) };
  return current;
}

async function removeCurrent(): Promise<void> {
  if (current) await rm(current.artefact.folder, { recursive: true, force: true });
  current = undefined;
}

async function trainStep({ key, course, seed, target, executable }: Step): Promise<void> {
  const { workload, fingerprint } = course;
  const run = await runOf(course, seed);
  const logFile = join(scratch, `${target.name.replace('/', '-')}.log`);
  const limit = { trainingMs, minEpochs: minEpochs(course, seed) };
  const outcome = await trainToAccuracy(
    {
      target,
      executable,
      budget: { ...budget, device: firstDevice(target.device) },
      logFile,
      deadlineMs,
      limit,
    },
    run,
    (epoch) => {
      say(`  ${trainingSeconds([epoch]).toFixed(1)} s, ${epoch.correct} held-out digits correct`);
    },
  );
  const entry: Entry = { workload: workload.name, target: target.name, seed, fingerprint, outcome };
  if ('reason' in outcome) say(`  ${outcome.state}: ${outcome.reason}`);
  if (outcome.state === 'failed') note(course, target, seed, outcome);
  else if (outcome.state === 'unfinished') results.add(unfinishedKey(key), [{ ...entry, trainingMs }]);
  else results.add(key, [entry]);
}

/** The smallest number of epochs in which a target has reached the accuracy from this seed; 1 if none has. */
function minEpochs({ workload, fingerprint }: Course, seed: number): number {
  const counts = results.entries().flatMap((entry) => {
    const { outcome } = entry;
    const isOwn =
      entry.workload === workload.name && entry.fingerprint === fingerprint && entry.seed === seed;
    return isOwn && outcome.state === 'reached' ? [outcome.epochs.length] : [];
  });
  return counts.length === 0 ? 1 : Math.min(...counts);
}

function unfinishedKey(key: string): string {
  return `${key}: unfinished`;
}

/** Whether it was stopped at the present time limit or a higher one. */
function wasUnfinished(key: string): boolean {
  return results
    .entriesOf(unfinishedKey(key))
    .some(({ trainingMs: limit }) => limit !== undefined && limit >= trainingMs);
}

function note({ workload }: Course, { name }: Target, seed: number, outcome: Finding['outcome']): void {
  transient.push({ workload: workload.name, target: name, seed, outcome });
}

/** The last finding for each target and seed: an unfinished run may have been finished later. */
function newest(entries: readonly Entry[]): Finding[] {
  return [...new Map(entries.map((entry) => [`${entry.target} ${entry.seed}`, entry])).values()];
}

function sectionOf({ task, fingerprint }: Course): string {
  const { workload } = task;
  const found = [
    ...newest(results.entries().filter((entry) => entry.fingerprint === fingerprint)),
    ...transient.filter((finding) => finding.workload === workload),
  ];
  const rest = (isKept ? allTargets : []).filter(({ name }) => !found.some(({ target }) => target === name));
  const open = { state: 'open', reason: 'not measured yet' } as const;
  const findings = [
    ...found,
    ...rest.map(({ name }): Finding => ({ workload, target: name, seed: 0, outcome: open })),
  ];
  const order = allTargets.map(({ name }) => name);
  const position = ({ target }: Finding) => order.indexOf(target);
  return accuracySection(
    task,
    findings.sort((a, b) => position(a) - position(b)),
    markdownTable,
  );
}
