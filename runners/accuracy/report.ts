/** What learning to an accuracy took, in tables: how long and how many epochs, and whether all targets learn alike. */
import { median } from '../../reports/statistics/quantiles.js';
import type { AccuracyTask } from '../../suites/accuracy.js';
import type { Epoch, Learnt } from './learn.js';

/** One target's lesson from one seed; what is refused or not installed has no seed. */
export type Lessons = Learnt | { readonly state: 'unsupported' | 'unavailable'; readonly reason: string };

export interface Finding {
  readonly workload: string;
  readonly target: string;
  readonly seed: number;
  readonly outcome: Lessons;
}

type Rows = readonly (readonly string[])[];
type DrawTable = (head: readonly string[], rows: Rows) => string;
type Trained = Extract<Learnt, { heldOut: number }>;
interface TrainedFinding extends Finding {
  readonly outcome: Trained;
}

/** The tables of one task, with what they are of. @param findings in the order of their rows; of this task only */
export function accuracySection(
  task: AccuracyTask,
  findings: readonly Finding[],
  drawTable: DrawTable,
): string {
  const { workload, bar, batch, optimiser, epochs } = task;
  const rule = optimiser.name === 'sgd' ? `momentum of ${optimiser.momentum}` : `Adam`;
  return [
    `## ${workload}: ${percent(bar)} of the held-out digits`,
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
  'first step',
  'waiting',
  'epochs',
  'held-out accuracy',
] as const;

/** A row a target, in the order of the findings; the state and its reason where there is no time. */
export function timeTable(findings: readonly Finding[]): Rows {
  return byTarget(findings).map(([target, own]) => {
    const trained = own.filter(isTrained).map(({ outcome }) => outcome);
    const refused = own.find((finding) => !isTrained(finding))?.outcome;
    const reason = refused && 'reason' in refused ? `${refused.state}: ${refused.reason}` : undefined;
    if (trained.length === 0) return [target, reason ?? '', '', '', '', '', ''];
    const seconds = trained.map(({ epochs }) => trainingSeconds(epochs));
    const missed = trained.filter(({ state }) => state === 'missed');
    const best = (epochs: readonly Epoch[]) => Math.max(...epochs.map(({ correct }) => correct));
    const time =
      missed.length === 0
        ? secondsText(median(seconds))
        : `missed by ${missed.length} of ${trained.length}, at best ${percent(Math.max(...missed.map(({ epochs, heldOut }) => best(epochs) / heldOut)))}`;
    const firstSteps = trained.map(({ epochs }) => (epochs[0]?.firstStepNs ?? 0) / 1e9);
    return [
      target,
      reason === undefined ? time : `${time}; ${reason}`,
      trained
        .map(({ state }, place) => `${state === 'missed' ? '> ' : ''}${secondsText(seconds[place])}`)
        .join(', '),
      secondsText(median(firstSteps)),
      waitText(trained),
      trained.map(({ epochs }) => epochs.length).join(', '),
      trained.map(({ epochs, heldOut }) => percent((epochs.at(-1)?.correct ?? 0) / heldOut)).join(', '),
    ];
  });
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
function waitText(trained: readonly Trained[]): string {
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

function isTrained(finding: Finding): finding is TrainedFinding {
  return finding.outcome.state === 'reached' || finding.outcome.state === 'missed';
}

function rangeOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function secondsText(seconds = Number.NaN): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
