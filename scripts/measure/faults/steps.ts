/** The attempts of a campaign, step by step, and what is counted of them. */
import { messageOf } from '../../../common/errors.js';
import { groupBy } from '../../../common/group-by.js';
import type { Say } from '../../../common/run/observer.js';
import type { Attempt, Campaign, Spent } from './campaign.js';

export interface Step {
  readonly key: string;
  readonly campaign: Campaign;
  readonly seeds: readonly number[];
}

/** The attempts of one kind in one step. */
export interface Tally {
  readonly campaign: string;
  readonly kind: string;
  readonly tried: number;
  readonly failures: readonly Failure[];
  /** The most that any of them took; absent where the campaign has no bar for it. */
  readonly most?: Spent;
}

export interface Failure {
  readonly seed: number;
  readonly reason: string;
}

/**
 * @param isKept steps then begin and end at the same seeds whatever is asked for, so that none is counted twice among those that
 *   are kept: what is asked for is a part of them
 */
export function stepsOf(campaign: Campaign, firstSeed: number, tries: number, isKept: boolean): Step[] {
  const { name, perStep } = campaign;
  const first = isKept ? firstSeed - ((firstSeed - 1) % perStep) : firstSeed;
  const end = firstSeed + tries;
  const steps: Step[] = [];
  for (let begin = first; begin < end; begin += perStep) {
    const count = isKept ? perStep : Math.min(perStep, end - begin);
    const seeds = Array.from({ length: count }, (_, place) => begin + place);
    steps.push({ key: `${name} ${begin}..${begin + count - 1}`, campaign, seeds });
  }
  return steps;
}

/** Every attempt of a step. Each that breaks is reported at once, with the command that repeats it. */
export async function tallyStep({ campaign, seeds }: Step, say: Say): Promise<Tally[]> {
  const attempts: (Attempt & { readonly seed: number })[] = [];
  for (const seed of seeds) {
    const attempt = await attempted(campaign, seed);
    attempts.push({ ...attempt, seed });
    if (attempt.broken !== undefined) say(failureText(campaign.name, { seed, reason: attempt.broken }));
  }
  return [...groupBy(attempts, ({ kind }) => kind)].map(([kind, own]) => ({
    campaign: campaign.name,
    kind,
    tried: own.length,
    failures: own.flatMap(({ seed, broken }) => (broken === undefined ? [] : [{ seed, reason: broken }])),
    ...mostOf(own.flatMap(({ spent }) => (spent ? [spent] : []))),
  }));
}

export function failureText(campaign: string, { seed, reason }: Failure): string {
  return `broken: ${campaign}, seed ${seed}: ${reason}\n  repeat it: ${repeating(campaign, seed)}`;
}

export function repeating(campaign: string, seed: number): string {
  return `npm run measure:faults -- --campaigns ${campaign} --seed ${seed} --tries 1`;
}

/** What an attempt throws is a failure too: of the program, or of the campaign, which is looked into either way. */
async function attempted(campaign: Campaign, seed: number): Promise<Attempt> {
  try {
    return await campaign.attempt(seed);
  } catch (error) {
    return { kind: 'the attempt itself', broken: `it threw: ${messageOf(error)}` };
  }
}

/** Of several tallies or attempts; nothing where none has any. */
export function mostOf(all: readonly Spent[]): { most?: Spent } {
  if (all.length === 0) return {};
  const most = (of: (spent: Spent) => number) => Math.max(...all.map(of));
  return { most: { cpuMs: most(({ cpuMs }) => cpuMs), peakBytes: most(({ peakBytes }) => peakBytes) } };
}
