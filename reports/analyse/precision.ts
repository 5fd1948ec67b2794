/**
 * The rule of a run without `--rounds`: rounds go to comparisons that are not decided, at looks that are planned beforehand.
 *
 * A cell that is part of no open comparison is left out of the rounds until the next look, and may return then: the fastest
 * target may turn out to be another, and whoever comes to stand beside a cell is compared with it. The error probability is kept
 * all the same. Two cells have been in c rounds together when a look finds them, and are judged at the level of the first look
 * of c rounds or more (`levelAtEnd`). Steps between looks never shrink but the first, from 3 rounds to 2, so that with every
 * step that both take, c passes the look whose part of α was spent on it before: no part is spent twice, and the union bound of
 * `sequential.ts` holds pair by pair, whatever decides which cells take part.
 */
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { type OpenCells, type StoppingRule, stopAtLooks } from '../../common/run/stopping-rule.js';
import { adaptiveLooks, samplingOf } from '../../common/statistics/sampling.js';
import { minStudentValues } from '../../common/statistics/student.js';
import { openComparisons } from './open-comparisons.js';
import { timedCells } from './timed-cells.js';

/** Rounds over which the budget is divided: the look at which most comparisons are decided that will be. */
const defaultRounds = 8;

/** The rule of a run that was not given a number of rounds; undefined for all others. */
export function precisionRuleFor(manifest: RunManifest): StoppingRule | undefined {
  const { precision } = manifest.options;
  return precision === undefined ? undefined : precisionStoppingRule(manifest, precision);
}

/** @param precision half of an interval's width, as a share of the ratio: 0.01 */
export function precisionStoppingRule(manifest: RunManifest, precision: number): StoppingRule {
  const looks = adaptiveLooks.looks.map((look) => look.rounds);
  return stopAtLooks(manifest, looks, { minRounds: minStudentValues, defaultRounds }, (events) =>
    openCells(manifest, events, precision),
  );
}

/** Both cells of every open comparison: ratios are taken within rounds. */
function openCells(manifest: RunManifest, events: readonly RunEvent[], precision: number): OpenCells {
  const sampling = samplingOf({ precision });
  const reasons = new Map<string, string>();
  for (const comparison of openComparisons(timedCells(manifest, events, sampling), precision, sampling)
    .open) {
    for (const cell of comparison.cells) {
      if (!reasons.has(cell.id)) reasons.set(cell.id, comparison.whyOf(cell));
    }
  }
  return reasons;
}
