/**
 * `gate.json`: what the gate found, from which every output (terminal, Markdown, JUnit, SARIF) is made. `version` is
 * increased when a reader of the old form could misread the new one.
 *
 * A ratio is candidate ÷ baseline: above 1, the candidate takes longer, needs more memory, or has the larger error.
 */
import { z } from 'zod';
import { estimate, machine } from '../../common/run/results.js';
import { mode } from '../../common/vocabulary.js';

/** What is gated, each with its own margin; `state` is whether the cell still has a result. */
export const gatedMetrics = ['speed', 'start-up', 'memory', 'parity', 'state'] as const;
export const gatedMetric = z.enum(gatedMetrics);
export type GatedMetric = z.infer<typeof gatedMetric>;

/**
 * - `regressed`: confirmed worse by more than the margin
 * - `broken`: was `ok` and is now wrong, failed or missing
 * - `accepted`: regressed or broken, and recorded as accepted in `touchstone.gate.json`, for a while
 * - `improved`: confirmed better by more than the margin
 * - `ok`: shown not to be worse by more than the margin
 * - `inconclusive`: the data do not decide
 * - `unmeasured`: the baseline has no result to compare with, or computes something else, or the candidate is new
 */
export const gateVerdicts = [
  'broken',
  'regressed',
  'inconclusive',
  'accepted',
  'unmeasured',
  'improved',
  'ok',
] as const;
export const gateVerdict = z.enum(gateVerdicts);
export type GateVerdict = z.infer<typeof gateVerdict>;

/** One metric of one cell; for start-up and memory of live gates, of one target. */
export const gateFinding = z.object({
  /** The cell's id, as in results.json; for a quantity of the whole target, the target's name. */
  cell: z.string(),
  target: z.string(),
  workload: z.string().nullable(),
  mode: mode.nullable(),
  batch: z.number().int().positive().nullable(),
  metric: gatedMetric,
  verdict: gateVerdict,
  /** Candidate ÷ baseline; null where there is none. */
  ratio: estimate.nullable(),
  /** The baseline's second copy ÷ baseline, in the same rounds; null where it was not measured. */
  control: estimate.nullable(),
  /** A ratio up to 1 + margin is no regression. Null for `state`. */
  margin: z.number().nonnegative().nullable(),
  /** The rounds that the verdict rests on: those of the screen, or new ones after it; `once` where one process suffices. */
  stage: z.enum(['screen', 'confirmation', 'stored', 'once']),
  /** One line: why this verdict, and what to do where something can be done. */
  reason: z.string(),
  /** Where the finding is accepted, why and until when (YYYY-MM-DD). */
  accepted: z.object({ reason: z.string(), until: z.string(), upTo: z.number().nullable() }).nullable(),
});
export type GateFinding = z.infer<typeof gateFinding>;

/** What one side is: a commit, a version, a target or a stored run. */
export const gateSide = z.object({
  name: z.string(),
  /** Touchstone's version, commit, framework versions: `name → version`. */
  versions: z.record(z.string(), z.string()),
});

/** Exit statuses of the gate; 2 is a usage error. */
export const gateExits = { ok: 0, regression: 1, inconclusive: 3, unmeasured: 4 } as const;

export const gateReport = z.object({
  $schema: z.string(),
  version: z.literal(1),
  /** `live`: both sides interleaved in one session; `stored`: two sets of runs that were made apart. */
  kind: z.enum(['live', 'stored']),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  command: z.string(),
  baseline: gateSide,
  candidate: gateSide,
  machine,
  /** Differences between the two sides besides what is compared, each a sentence. */
  notLikeForLike: z.array(z.string()),
  /** The run folder of a live gate, or those that a gate on stored runs read. */
  runs: z.array(z.string()),
  findings: z.array(gateFinding),
  /** One sentence for a headline. */
  summary: z.string(),
  exit: z.union([z.literal(0), z.literal(1), z.literal(3), z.literal(4)]),
});
export type GateReport = z.infer<typeof gateReport>;

/**
 * The worst finding decides: 1 for a regression or a broken cell, else 3 where one is inconclusive, else 4 where nothing
 * could be compared at all, else 0.
 */
export function exitOf(findings: readonly Pick<GateFinding, 'verdict'>[]): GateReport['exit'] {
  const has = (...verdicts: GateVerdict[]) => findings.some(({ verdict }) => verdicts.includes(verdict));
  if (has('broken', 'regressed')) return gateExits.regression;
  if (has('inconclusive')) return gateExits.inconclusive;
  if (!has('ok', 'improved', 'accepted')) return gateExits.unmeasured;
  return gateExits.ok;
}

/** The number of findings by verdict, worst first, without those that do not occur. */
export function verdictCounts(
  findings: readonly Pick<GateFinding, 'verdict'>[],
): { verdict: GateVerdict; count: number }[] {
  return gateVerdicts
    .map((verdict) => ({ verdict, count: findings.filter((finding) => finding.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
}
