/**
 * The decision rule applied to a run, look by look, from its events alone: reading a run later reproduces what the live
 * gate decided while it measured, and an interrupted run continues where it stopped.
 */

import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import {
  confirmed,
  controlPasses,
  type DecisionRule,
  type Finding,
  isChange,
  lookRounds,
  screened,
  shareOfFamily,
} from '../../common/statistics/decision.js';
import { hodgesLehmann, type Interval } from '../../common/statistics/interval.js';
import { signedRankInterval, signedRankIntervalAt } from '../../common/statistics/signed-rank.js';
import { collectFacts } from '../analyse/facts.js';
import { type Quantity, quantitiesOf, type Series, seriesOf } from './series.js';
import type { GateSettings } from './settings.js';

export interface Decided {
  readonly quantity: Quantity;
  readonly finding: Finding;
  /** The control in the same rounds, at the same level. */
  readonly control: { readonly value: number; readonly interval: Interval | null; readonly passed: boolean };
}

export interface Standing {
  readonly decided: readonly Decided[];
  readonly undecided: readonly Quantity[];
}

/**
 * What is decided after `rounds` finished rounds.
 *
 * @param isOver no further round will follow: then everything is decided, if only as inconclusive
 */
export function standingAfter(
  manifest: RunManifest,
  events: readonly RunEvent[],
  settings: GateSettings,
  rule: DecisionRule,
  rounds: number,
  isOver: boolean,
): Standing {
  let standing: Standing = { decided: [], undecided: quantitiesOf(manifest, settings, collectFacts(events)) };
  const boundaries = boundariesOf(rule).filter(
    (boundary) => boundary < rounds || (boundary === rounds && !isOver),
  );
  for (const boundary of [...boundaries, ...(isOver ? [rounds] : [])]) {
    if (standing.undecided.length === 0) break;
    standing = lookAfter(manifest, events, rule, boundary, isOver && boundary === rounds, standing);
  }
  return standing;
}

/** The numbers of rounds after which something may be decided: the screen, then each look of the confirmation. */
export function boundariesOf(rule: DecisionRule): number[] {
  return [rule.screenRounds, ...lookRounds(rule).map((rounds) => rule.screenRounds + rounds)];
}

function lookAfter(
  manifest: RunManifest,
  events: readonly RunEvent[],
  rule: DecisionRule,
  rounds: number,
  isOver: boolean,
  before: Standing,
): Standing {
  const series = seriesOf(
    manifest,
    events.filter((event) => !('round' in event) || event.round === null || event.round < rounds),
  );
  const alpha = alphaFor(rule, before);
  const decided: Decided[] = [];
  const undecided: Quantity[] = [];
  for (const quantity of before.undecided) {
    const own = series(quantity);
    const finding = findingOf(own, quantity.margin, rule, rounds, alpha, isOver);
    if (finding) decided.push({ quantity, finding, control: controlOf(own, finding, quantity.margin, rule) });
    else undecided.push(quantity);
  }
  return { decided: [...before.decided, ...decided], undecided };
}

/**
 * The error probability of each quantity that is still open. The family is everything that the screen left open: one that
 * the confirmation found unchanged has used its part, and only one that it called changed leaves its part to the others.
 */
export function alphaFor(
  rule: DecisionRule,
  { decided, undecided }: { decided: readonly Pick<Decided, 'finding'>[]; undecided: readonly unknown[] },
): number {
  const settled = decided.filter(({ finding }) => finding.stage === 'confirmation');
  const changed = settled.filter(({ finding }) => isChange(finding.verdict));
  return shareOfFamily(rule, settled.length + undecided.length, changed.length);
}

function findingOf(
  { candidate }: Series,
  margin: number,
  rule: DecisionRule,
  rounds: number,
  alpha: number,
  isOver: boolean,
): Finding | undefined {
  const screen = inRounds(candidate, 0, rule.screenRounds);
  if (rounds <= rule.screenRounds) {
    const finding = screened(screen, margin, rule);
    if (finding || !isOver) return finding;
    // The clock ended the screen: its estimate is shown, and decides nothing.
    const interval = signedRankInterval(screen);
    const value = hodgesLehmann(screen);
    return { verdict: 'inconclusive', stage: 'screen', value, interval, rounds: screen.length };
  }
  const later = inRounds(candidate, rule.screenRounds, rounds);
  return confirmed(later, rounds - rule.screenRounds, margin, rule, alpha, isOver);
}

function controlOf(
  { control }: Series,
  finding: Finding,
  margin: number,
  rule: DecisionRule,
): Decided['control'] {
  const isScreen = finding.stage === 'screen';
  const values = isScreen
    ? inRounds(control, 0, rule.screenRounds)
    : inRounds(control, rule.screenRounds, Number.POSITIVE_INFINITY);
  const interval = finding.interval ? signedRankIntervalAt(values, finding.interval.level) : null;
  return { value: hodgesLehmann(values), interval, passed: controlPasses(interval, margin) };
}

/** The values of rounds `from` up to `to`, exclusive, in order. */
function inRounds(values: ReadonlyMap<number, number>, from: number, to: number): number[] {
  return [...values].filter(([round]) => round >= from && round < to).map(([, value]) => value);
}
