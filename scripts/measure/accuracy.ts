/**
 * `npm run measure:accuracy`: LeNet-5 and the row LSTM learn real digits until a stated share of held-out ones is told right
 * (`suites/accuracy.ts`), on every target that trains, from three seeds. How long the training took, after how many epochs.
 * That is a metric of its own, never mixed with the time of a step: how often a target has to step is in it.
 *
 * Options: `-- --targets 'pytorch/*' --workload lenet5 --seeds 1,2,3`. Every finished lesson is a line of
 * `docs/measurements/accuracy.ndjson`, so a script that was stopped goes on where it was, and `docs/measurements/accuracy.md` is
 * written from all of these, whichever targets were chosen; `--fresh` begins anew. A lesson may train for 30 minutes; one that
 * cannot be at its end by then is given up as soon as that is known, and `--time 2h` gives it another chance. With `--epochs 2`, so many
 * instead of the task's own, it is another measurement, which is printed and not kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Target } from '../../adapters/adapter.js';
import { oneLine } from '../../common/errors.js';
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
import { type Lesson, learn } from '../../runners/accuracy/train-to-accuracy.js';
import { select } from '../../runners/coordinator/select.js';
import { ensureTargets, targetAvailability } from '../../runners/hosts/availability.js';
import type { Availability } from '../../runners/hosts/host.js';
import { splitCpus } from '../../runners/process/cpus.js';
import { supportOf } from '../../runners/schedule/plan.js';
import { randomFor, shuffled } from '../../runners/schedule/random.js';
import { type AccuracyTask, accuracySource, accuracyTasks } from '../../suites/accuracy.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { chosenTargets } from '../conformance/targets.js';
import { ledger, ledgerInMemory, publish, saySteps } from './ledger.js';
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
/** One thread on a processor of its own, for every target alike. */
const budget = { threads: 1, cpus: splitCpus(1).workers };
/** Of one epoch: plain JavaScript takes minutes. */
const deadlineMs = 30 * 60_000;
const trainingMs = duration(values.time);
const seeds = integers(values.seeds);
const isKept = values.epochs === undefined;

/** A task with what it is learnt on. */
interface Course {
  readonly task: AccuracyTask;
  readonly workload: Workload;
  /** Changes with the split, the model and the rule: lessons of another edition are lessons of something else. */
  readonly edition: string;
}
interface Entry extends Finding {
  readonly edition: string;
  /** Where it was given up. */
  readonly trainingMs?: number;
}
interface Step {
  readonly key: string;
  readonly course: Course;
  readonly seed: number;
  readonly target: Target;
  readonly executable: string | undefined;
}

const book = isKept ? ledger<Entry>('accuracy', values.fresh) : ledgerInMemory<Entry>();
/** What is looked up or tried anew each time: what is refused, not installed, or failed. */
const fleeting: Finding[] = [];
let present: Lesson | undefined;
const everyone = await chosenTargets({});
const chosen = await chosenTargets({ targets: values.targets });
const courses = await chosenCourses();
const steps = await plan(isKept ? everyone : chosen);
const scratch = await mkdtemp(join(tmpdir(), 'touchstone-accuracy-'));
try {
  await saySteps(steps, (key) => book.has(key) || hasShortage(key), give);
} finally {
  await forget();
  await rm(scratch, { recursive: true, force: true });
}
const report = [accuracyIntroduction, ...courses.map(sectionOf)].join('\n\n');
// Whichever targets were chosen now, it is of all lessons there are.
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
    return { task, workload, edition: `${id}, ${task.requiredAccuracy}, ${task.epochs} epochs` };
  });
}

/**
 * The lessons of the chosen targets, seed by seed, and within a seed in an order of its own, so that no target always has the
 * machine at the same hour. Of all targets it is noted why they have none.
 */
async function plan(targets: readonly Target[]): Promise<Step[]> {
  const wanted = new Set(chosen.map(({ name }) => name));
  const there = await installed(targets.filter(({ name }) => wanted.has(name)));
  const planned: Step[] = [];
  for (const course of courses) {
    const { workload, edition } = course;
    const { artefact } = await lessonOf(course, seeds[0] ?? 1);
    const { mode, precision, training } = artefact.manifest;
    if (!training) throw new Error(`${workload.name} does not train`);
    const able = targets.filter((target) => {
      const can = supportOf({ mode, precision, graph: artefact.graph, training }, target);
      if (!can.supported) note(course, target, seeds[0] ?? 1, { state: 'unsupported', reason: can.reason });
      return can.supported && wanted.has(target.name);
    });
    for (const seed of seeds) {
      for (const target of shuffled(able, randomFor(seed, 'accuracy', workload.name))) {
        const health = there.get(target);
        const key = `${workload.name} ${seed} ${target.name} (${edition})`;
        if (health?.available) planned.push({ key, course, seed, target, executable: health.executable });
        else note(course, target, seed, { state: 'unavailable', reason: health?.reason ?? 'not looked for' });
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

/** The one that was last asked for is kept: steps of a seed follow each other. An artefact of 130 MB goes with its seed. */
async function lessonOf({ task, workload }: Course, seed: number): Promise<Lesson> {
  if (present?.task === task && present.seed === seed) return present;
  await forget();
  const prepared = accuracySource(task, workload, seed);
  present = { task, seed, prepared, artefact: await sourceArtefact(prepared.source) };
  return present;
}

async function forget(): Promise<void> {
  if (present) await rm(present.artefact.folder, { recursive: true, force: true });
  present = undefined;
}

async function give({ key, course, seed, target, executable }: Step): Promise<void> {
  const { workload, edition } = course;
  const lesson = await lessonOf(course, seed);
  const logFile = join(scratch, `${target.name.replace('/', '-')}.log`);
  const allowance = { trainingMs, fewestEpochs: fewestEpochs(course, seed) };
  const outcome = await learn(
    { target, executable, budget, logFile, deadlineMs, allowance },
    lesson,
    (epoch) => {
      say(`  ${trainingSeconds([epoch]).toFixed(1)} s, ${epoch.correct} held-out digits told`);
    },
  );
  const entry: Entry = { workload: workload.name, target: target.name, seed, edition, outcome };
  if ('reason' in outcome) say(`  ${outcome.state}: ${outcome.reason}`);
  if (outcome.state === 'failed') note(course, target, seed, outcome);
  else if (outcome.state === 'unfinished') book.add(shortageKey(key), [{ ...entry, trainingMs }]);
  else book.add(key, [entry]);
}

/** Of those who got there from this seed. */
function fewestEpochs({ workload, edition }: Course, seed: number): number {
  const took = book.entries().flatMap((entry) => {
    const { outcome } = entry;
    const isOwn = entry.workload === workload.name && entry.edition === edition && entry.seed === seed;
    return isOwn && outcome.state === 'reached' ? [outcome.epochs.length] : [];
  });
  return took.length === 0 ? 1 : Math.min(...took);
}

function shortageKey(key: string): string {
  return `${key}: unfinished`;
}

/** Whether it was given up at as much time as it would have now. */
function hasShortage(key: string): boolean {
  return book.entriesOf(shortageKey(key)).some(({ trainingMs: given = 0 }) => given >= trainingMs);
}

function note({ workload }: Course, { name }: Target, seed: number, outcome: Finding['outcome']): void {
  fleeting.push({ workload: workload.name, target: name, seed, outcome });
}

/** What was given up once and then brought to its end is told of once. */
function newest(entries: readonly Entry[]): Finding[] {
  return [...new Map(entries.map((entry) => [`${entry.target} ${entry.seed}`, entry])).values()];
}

function sectionOf({ task, edition }: Course): string {
  const { workload } = task;
  const found = [
    ...newest(book.entries().filter((entry) => entry.edition === edition)),
    ...fleeting.filter((finding) => finding.workload === workload),
  ];
  const rest = (isKept ? everyone : []).filter(({ name }) => !found.some(({ target }) => target === name));
  const open = { state: 'open', reason: 'no lesson yet' } as const;
  const findings = [
    ...found,
    ...rest.map(({ name }): Finding => ({ workload, target: name, seed: 0, outcome: open })),
  ];
  const order = everyone.map(({ name }) => name);
  const place = ({ target }: Finding) => order.indexOf(target);
  return accuracySection(
    task,
    findings.sort((a, b) => place(a) - place(b)),
    markdownTable,
  );
}
