/** What learning to an accuracy took, in tables: how long and how many epochs, and whether all targets learn alike. */
import { median } from '../../common/statistics/quantiles.js';
import type { AccuracyTask } from '../../suites/accuracy.js';
import type { Epoch, Learnt } from './train-to-accuracy.js';

/** What became of one target's lesson from one seed; `open` is one that nobody has given yet. */
export type Lessons =
  | Learnt
  | { readonly state: 'unsupported' | 'unavailable' | 'open'; readonly reason: string };

export interface Finding {
  readonly workload: string;
  readonly target: string;
  readonly seed: number;
  readonly outcome: Lessons;
}

type Rows = readonly (readonly string[])[];
type DrawTable = (head: readonly string[], rows: Rows) => string;
type Finished = Extract<Learnt, { state: 'reached' | 'missed' }>;
interface TrainedFinding extends Finding {
  readonly outcome: Finished | Extract<Learnt, { state: 'unfinished' }>;
}

/** What the columns mean: above the tables. */
export const accuracyIntroduction = `Time to accuracy is that of the training steps alone, whole epochs, from the first step to the last
one of the first epoch after which the bar was met: the median over the seeds, and each of them. What a framework compiles in its
first step is in it ("first step" says how long that one took); its load, and telling the held-out digits after each epoch, are
not. "Waiting" is the share of that time in which its main thread was ready and other processes had the processor, at the worst
of its seeds; a framework that computes in threads of its own waits there too, unseen. Where the time is far above the processor time
of all threads, this machine was busy, and only the latter can be compared. How many epochs it takes differs between
targets by rounding alone, which a network that learns amplifies; so the time of an epoch is not told from this table.`;

const titles = { adam: 'Adam', rmsprop: 'RMSProp' } as const;

/** The tables of one task, with what they are of. @param findings in the order of their rows; of this task only */
export function accuracySection(
  task: AccuracyTask,
  findings: readonly Finding[],
  drawTable: DrawTable,
): string {
  const { workload, requiredAccuracy, batch, optimiser, epochs } = task;
  const rule = optimiser.name === 'sgd' ? `momentum of ${optimiser.momentum}` : titles[optimiser.name];
  return [
    `## ${workload}: ${percent(requiredAccuracy)} of the held-out digits`,
    `Batches of ${batch}, learning rate ${optimiser.learningRate}, ${rule}; at most ${epochs} epochs; one thread.`,
    drawTable(timeHead, timeTable(findings)),
    'After the first epoch, from the same weights, over the same batches, by the same rule:',
    drawTable(agreementHead, agreementTable(findings)),
  ].join('\n\n');
}

/** Time of the epochs alone: what is told of held-out digits between them is not in it. */
export function trainingSeconds(epochs: readonly Epoch[]): number {
  return epochs.reduce((sum, { spanNs }) => sum + spanNs, 0) / 1e9;
}

export const timeHead = [
  'target',
  'time to accuracy',
  'by seed',
  'processor time',
  'waiting',
  'first step',
  'epochs',
  'held-out accuracy',
] as const;

/** A row a target, in the order of the findings; the state and its reason where there is no time. */
export function timeTable(findings: readonly Finding[]): Rows {
  return byTarget(findings).map(([target, own]) => {
    const trained = own.flatMap(({ outcome }) => (isFinished(outcome) ? [outcome] : []));
    const numbers = trained.length > 0 ? numbersOf(trained) : timeHead.slice(2).map(() => '');
    const verdict = [...(trained.length > 0 ? [verdictOf(trained)] : []), ...reasonsOf(own)];
    return [target, verdict.join('; '), ...numbers];
  });
}

/** Why there is nothing, once for each state: numbers in it differ between seeds. */
function reasonsOf(findings: readonly Finding[]): string[] {
  const byState = new Map<string, string[]>();
  for (const { outcome } of findings) {
    if ('reason' in outcome)
      byState.set(outcome.state, [...(byState.get(outcome.state) ?? []), outcome.reason]);
  }
  return [...byState].map(([state, [first = '', ...others]]) => {
    const alike = others.filter((reason) => reason !== first).length;
    return `${state}: ${first}${alike > 0 ? `; alike from ${alike} more of its seeds` : ''}`;
  });
}

/** The median, where every seed got there. */
function verdictOf(trained: readonly Finished[]): string {
  const missed = trained.filter(({ state }) => state === 'missed');
  if (missed.length === 0) return secondsText(median(trained.map(({ epochs }) => trainingSeconds(epochs))));
  const best = missed.map(
    ({ epochs, heldOut }) => Math.max(...epochs.map(({ correct }) => correct)) / heldOut,
  );
  return `missed from ${missed.length} of ${trained.length} seeds, at best ${percent(Math.max(...best))}`;
}

function numbersOf(trained: readonly Finished[]): string[] {
  const each = (text: (one: Finished) => string) => trained.map(text).join(', ');
  const processor = trained.flatMap(({ epochs }) => processorSeconds(epochs) ?? []);
  return [
    each(({ state, epochs }) => `${state === 'missed' ? '> ' : ''}${secondsText(trainingSeconds(epochs))}`),
    processor.length === 0 ? 'not known' : secondsText(median(processor)),
    waitText(trained),
    secondsText(median(trained.map(({ epochs }) => (epochs[0]?.firstStepNs ?? 0) / 1e9))),
    each(({ epochs }) => String(epochs.length)),
    each(({ epochs, heldOut }) => percent((epochs.at(-1)?.correct ?? 0) / heldOut)),
  ];
}

/** Undefined where the host does not report CPU time. */
function processorSeconds(epochs: Finished['epochs']): number | undefined {
  const known = epochs.flatMap(({ cpuNs }) => cpuNs ?? []);
  return known.length < epochs.length ? undefined : known.reduce((sum, ns) => sum + ns, 0) / 1e9;
}

export const agreementHead = [
  'seed',
  'targets',
  'held-out accuracy',
  'apart by',
  'mean loss',
  'apart by',
] as const;

/**
 * After the first epoch, a row a seed: the same weights, the same batches and the same rule should have told the same digits, so
 * that this is a check of a whole epoch's computation from end to end. Longer training amplifies every rounding.
 */
export function agreementTable(findings: readonly Finding[]): Rows {
  const trained = findings.filter(isTrained);
  const seeds = [...new Set(trained.map(({ seed }) => seed))].sort((a, b) => a - b);
  return seeds.map((seed) => {
    const own = trained.filter((finding) => finding.seed === seed);
    const firsts = own.flatMap(({ outcome }) => outcome.epochs.slice(0, 1));
    const heldOut = own[0]?.outcome.heldOut ?? 1;
    const [fewest, most] = rangeOf(firsts.map(({ correct }) => correct));
    const losses = firsts.flatMap(({ meanLoss }) => meanLoss ?? []);
    const [least, largest] = rangeOf(losses);
    return [
      String(seed),
      String(own.length),
      `${percent(fewest / heldOut)} to ${percent(most / heldOut)}`,
      `${most - fewest} of ${heldOut} digits`,
      ...(losses.length === 0
        ? ['no number', '']
        : [`${least.toFixed(5)} to ${largest.toFixed(5)}`, (largest / least - 1).toExponential(1)]),
    ];
  });
}

/** What the machine did meanwhile: the share of its time that a target was ready and had no processor, the largest of its seeds. */
function waitText(trained: readonly Finished[]): string {
  const shares = trained.flatMap(({ epochs }) => {
    if (epochs.some(({ waitNs }) => waitNs === null)) return [];
    const waited = epochs.reduce((sum, { waitNs }) => sum + (waitNs ?? 0), 0);
    return [waited / 1e9 / trainingSeconds(epochs)];
  });
  return shares.length === 0 ? 'not told' : `${Math.round(100 * Math.max(...shares))} %`;
}

function byTarget(findings: readonly Finding[]): [string, Finding[]][] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    found.set(finding.target, [...(found.get(finding.target) ?? []), finding]);
  }
  const bySeed = (a: Finding, b: Finding) => a.seed - b.seed;
  return [...found].map(([target, own]) => [target, own.sort(bySeed)]);
}

function isFinished(outcome: Lessons): outcome is Finished {
  return outcome.state === 'reached' || outcome.state === 'missed';
}

/** Whether it has an epoch at least. */
function isTrained(finding: Finding): finding is TrainedFinding {
  return isFinished(finding.outcome) || finding.outcome.state === 'unfinished';
}

function rangeOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
