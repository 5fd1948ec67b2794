/** Findings that one process suffices for: whether a cell still has a result, and its error against the reference. */

import type { CellResult } from '../../common/run/results.js';
import { isOk } from '../analyse/groups.js';
import { percent } from '../text.js';
import { marginsFor } from './apply-settings.js';
import { bareFinding, seenOnce } from './make-report.js';
import type { GateFinding } from './report.js';
import type { GateSettings } from './settings.js';

/** Below this share of its tolerance an error is rounding, and its growth means nothing. */
const negligible = 0.01;

/**
 * A cell without a result on either side; undefined where both have one. A result that only the baseline has is
 * `broken`: otherwise a cell that is skipped would never be noticed.
 *
 * @param isCut the run did not finish, so a cell without a result may only have had no turn
 */
export function stateFinding(
  id: string,
  baseline: CellResult | undefined,
  candidate: CellResult | undefined,
  isCut: boolean,
): GateFinding | undefined {
  if (baseline && candidate && isOk(baseline) && isOk(candidate)) return undefined;
  const any = candidate ?? baseline;
  if (!any) return undefined;
  const [before, after] = [stateText(baseline), stateText(candidate)];
  const isBroken = baseline !== undefined && isOk(baseline) && !(isCut && wasCut(candidate));
  const reason = isBroken
    ? `was ok, and is now ${after}`
    : candidate && isOk(candidate)
      ? `new: the baseline is ${before}`
      : `no result to compare: the baseline is ${before}, the candidate ${after}`;
  return { ...bareFinding(id, any), metric: 'state', verdict: isBroken ? 'broken' : 'unmeasured', reason };
}

/** Cut off before it had a result, or by what ended the run. */
function wasCut(candidate: CellResult | undefined): boolean {
  return candidate?.state === 'failed' || candidate?.state === 'unmeasured';
}

function stateText(cell: CellResult | undefined): string {
  if (!cell) return 'missing';
  return cell.reason ? `${cell.state} (${cell.reason})` : cell.state;
}

/** The largest error of each side, as a share of its tolerance; the same computation gives the same error every time. */
export function parityFinding(
  id: string,
  baseline: CellResult,
  candidate: CellResult,
  settings: GateSettings,
): GateFinding {
  const margin = marginsFor(settings, id).parity;
  const [theirs, ours] = [errorOf(baseline), errorOf(candidate)];
  const common = { ...bareFinding(id, candidate), metric: 'parity' as const, margin };
  if (theirs === null || ours === null) {
    return { ...common, verdict: 'unmeasured', reason: 'a side has no parity check to compare' };
  }
  // Rounding errors on both sides count as equal, whatever their ratio.
  const value = Math.max(ours, negligible) / Math.max(theirs, negligible);
  const reason = `largest error ${percent(theirs)} of its tolerance before, ${percent(ours)} now`;
  return { ...common, ...seenOnce(value, margin), reason };
}

/** Null without a check, or where an error is not finite. */
function errorOf(cell: CellResult): number | null {
  const shares = cell.parity.map(({ error, tolerance }) => (error === null ? null : error / tolerance));
  if (shares.length === 0 || shares.includes(null)) return null;
  return Math.max(...shares.map(Number));
}
