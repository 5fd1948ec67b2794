/** Tables of time to accuracy: time and epochs of each target, and the agreement of all targets after the first epoch. */
import { at } from '../../common/at.js';
import { median } from '../../common/statistics/quantiles.js';
import type { AccuracyTask } from '../../suites/accuracy.js';
import type { Epoch, TrainingOutcome } from './train-to-accuracy.js';

/** The outcome for one target and seed; `open` if it has not been measured yet. */
export type RunOutcome =
  | TrainingOutcome
  | { readonly state: 'unsupported' | 'unavailable' | 'open'; readonly reason: string };

export interface Finding {
  readonly workload: string;
  readonly target: string;
  readonly seed: number;
  readonly outcome: RunOutcome;
}

type Rows = readonly (readonly string[])[];
type FormatTable = (head: readonly string[], rows: Rows) => string;
type Finished = Extract<TrainingOutcome, { state: 'reached' | 'missed' }>;
interface TrainedFinding extends Finding {
  readonly outcome: Finished | Extract<TrainingOutcome, { state: 'unfinished' }>;
}

/** Explains the columns. */
export const accuracyIntroduction = `Time to accuracy is the time of the training steps, from the first step to the last step of the first
epoch after which the required accuracy was reached: the median over the seeds, and each of them. It includes what a framework
compiles in its first step ("first step" is the time of that step), but neither loading nor the classification of the held-out
digits after each epoch. "Waiting" is the share of that time in which the main thread was runnable while other processes had the
processor, for the worst seed; waiting in other threads of a framework is not visible. Where the time is far above the processor
time of all threads, the machine was busy, and only the latter can be compared. The number of epochs differs between targets
because training amplifies rounding errors, so the time of an epoch cannot be derived from this table.`;

const titles = { adam: 'Adam', rmsprop: 'RMSProp' } as const;

/** The tables of one task. @param findings of this task, in the order of the rows */
export function accuracySection(
  task: AccuracyTask,
  findings: readonly Finding[],
  formatTable: FormatTable,
): string {
  const { workload, requiredAccuracy, batch, optimiser, epochs } = task;
  const rule = optimiser.name === 'sgd' ? `momentum ${optimiser.momentum}` : titles[optimiser.name];
  return [
    `## ${workload}: ${percent(requiredAccuracy)} of the held-out digits`,
    `Batches of ${batch}, learning rate ${optimiser.learningRate}, ${rule}; at most ${epochs} epochs; one thread.`,
    formatTable(timeHead, timeTable(findings)),
    'Agreement after the first epoch, with the same weights, batches and update rule:',
    formatTable(agreementHead, agreementTable(findings)),
  ].join('\n\n');
}

/** Time of the epochs, without the classification of held-out digits between them. */
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

/** One row per target, in the order of the findings; state and reason if there is no time. */
export function timeTable(findings: readonly Finding[]): Rows {
  return byTarget(findings).map(([target, own]) => {
    const trained = own.flatMap(({ outcome }) => (isFinished(outcome) ? [outcome] : []));
    const numbers = trained.length > 0 ? numbersOf(trained) : timeHead.slice(2).map(() => '');
    const verdict = [...(trained.length > 0 ? [verdictOf(trained)] : []), ...reasonsOf(own)];
    return [target, verdict.join('; '), ...numbers];
  });
}

/** One reason for each state, since reasons of different seeds differ only in numbers. */
function reasonsOf(findings: readonly Finding[]): string[] {
  const byState = new Map<string, string[]>();
  for (const { outcome } of findings) {
    if ('reason' in outcome)
      byState.set(outcome.state, [...(byState.get(outcome.state) ?? []), outcome.reason]);
  }
  return [...byState].map(([state, reasons]) => {
    const first = at(reasons, 0);
    const similar = reasons.filter((reason) => reason !== first).length;
    return `${state}: ${first}${similar > 0 ? `; similarly for ${similar} more of its seeds` : ''}`;
  });
}

/** The median time if every seed reached the accuracy; otherwise the best accuracy. */
function verdictOf(trained: readonly Finished[]): string {
  const missed = trained.filter(({ state }) => state === 'missed');
  if (missed.length === 0) return secondsText(median(trained.map(({ epochs }) => trainingSeconds(epochs))));
  const best = missed.map(
    ({ epochs, heldOut }) => Math.max(...epochs.map(({ correct }) => correct)) / heldOut,
  );
  return `missed with ${missed.length} of ${trained.length} seeds, at best ${percent(Math.max(...best))}`;
}

function numbersOf(trained: readonly Finished[]): string[] {
  const each = (text: (one: Finished) => string) => trained.map(text).join(', ');
  const processor = trained.flatMap(({ epochs }) => processorSeconds(epochs) ?? []);
  return [
    each(({ state, epochs }) => `${state === 'missed' ? '> ' : ''}${secondsText(trainingSeconds(epochs))}`),
    processor.length === 0 ? 'not known' : secondsText(median(processor)),
    waitText(trained),
    secondsText(median(trained.map(({ epochs }) => at(epochs, 0, 'epochs').firstStepNs / 1e9))),
    each(({ epochs }) => String(epochs.length)),
    each(({ epochs, heldOut }) => percent(at(epochs, -1, 'epochs').correct / heldOut)),
  ];
}

/** Undefined if the host does not report CPU time. */
function processorSeconds(epochs: Finished['epochs']): number | undefined {
  const known = epochs.flatMap(({ cpuNs }) => cpuNs ?? []);
  return known.length < epochs.length ? undefined : known.reduce((sum, ns) => sum + ns, 0) / 1e9;
}

export const agreementHead = [
  'seed',
  'targets',
  'held-out accuracy',
  'difference',
  'mean loss',
  'difference',
] as const;

/**
 * One row per seed with the range over all targets after the first epoch. With the same weights, batches and update rule all
 * targets should classify the same digits correctly, which verifies a whole epoch from end to end. Later epochs diverge because
 * training amplifies rounding errors.
 */
export function agreementTable(findings: readonly Finding[]): Rows {
  const trained = findings.filter(isTrained);
  const seeds = [...new Set(trained.map(({ seed }) => seed))].sort((a, b) => a - b);
  return seeds.map((seed) => {
    const own = trained.filter((finding) => finding.seed === seed);
    const firsts = own.flatMap(({ outcome }) => outcome.epochs.slice(0, 1));
    const { heldOut } = at(own, 0).outcome;
    const [min, max] = rangeOf(firsts.map(({ correct }) => correct));
    const losses = firsts.flatMap(({ meanLoss }) => meanLoss ?? []);
    const [minLoss, maxLoss] = rangeOf(losses);
    return [
      String(seed),
      String(own.length),
      `${percent(min / heldOut)} to ${percent(max / heldOut)}`,
      `${max - min} of ${heldOut} digits`,
      ...(losses.length === 0
        ? ['not finite', '']
        : [`${minLoss.toFixed(5)} to ${maxLoss.toFixed(5)}`, (maxLoss / minLoss - 1).toExponential(1)]),
    ];
  });
}

/** The share of time in which a target was runnable without a processor, for the worst of its seeds. */
function waitText(trained: readonly Finished[]): string {
  const shares = trained.flatMap(({ epochs }) => {
    const known = epochs.flatMap(({ waitNs }) => waitNs ?? []);
    if (known.length < epochs.length) return [];
    return [known.reduce((sum, ns) => sum + ns, 0) / 1e9 / trainingSeconds(epochs)];
  });
  return shares.length === 0 ? 'not known' : `${Math.round(100 * Math.max(...shares))} %`;
}

function byTarget(findings: readonly Finding[]): [string, Finding[]][] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    found.set(finding.target, [...(found.get(finding.target) ?? []), finding]);
  }
  const bySeed = (a: Finding, b: Finding) => a.seed - b.seed;
  return [...found].map(([target, own]) => [target, own.sort(bySeed)]);
}

function isFinished(outcome: RunOutcome): outcome is Finished {
  return outcome.state === 'reached' || outcome.state === 'missed';
}

/** Whether it has at least one epoch. */
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
