/** A live gate's run → its report. Pure. */

import { forTarget, targetOf } from '../../common/run/cell.js';
import type { CellResult, RunResults } from '../../common/run/results.js';
import type { GateSubject, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import {
  type DecisionRule,
  defaultRule,
  type Finding,
  isChange,
  roundsToSettle,
} from '../../common/statistics/decision.js';
import { analyse } from '../analyse/analyse.js';
import { targetVersions } from '../analyse/compare-runs.js';
import { notLikeForLike } from '../analyse/configuration-lint.js';
import { collectFacts } from '../analyse/facts.js';
import { isOk, settingsOf } from '../analyse/groups.js';
import { percent } from '../text.js';
import { parityFinding, stateFinding } from './cell-findings.js';
import { known, makeReport } from './make-report.js';
import { type Decided, standingAfter } from './replay.js';
import type { GateFinding, GateReport } from './report.js';
import type { GateSettings } from './settings.js';

/**
 * @param folder where the run lies
 * @param today YYYY-MM-DD, for acceptances that end
 */
export function liveReport(
  manifest: RunManifest,
  events: readonly RunEvent[],
  settings: GateSettings,
  { folder, today, rule = defaultRule }: { folder: string; today: string; rule?: DecisionRule },
): GateReport {
  const { gate } = manifest;
  if (!gate) throw new RangeError(`${manifest.id} is no run of a gate`);
  const results = analyse(manifest, events);
  const { finishedRounds } = collectFacts(events);
  const { decided } = standingAfter(manifest, events, settings, rule, finishedRounds, true);
  const pairs = pairsOf(gate.subjects, results);
  const found = [...decided.map(findingOf), ...pairs.flatMap((pair) => cellFinding(pair, results, settings))];
  const side = (name: string, role: 'candidate' | 'baseline') => ({
    name,
    versions: versionsOf(results, gate.subjects, role),
  });
  return makeReport(
    {
      kind: 'live',
      startedAt: manifest.startedAt,
      command: manifest.command,
      baseline: side(gate.baselineName, 'baseline'),
      candidate: side(gate.candidateName, 'candidate'),
      machine: manifest.machine,
      notLikeForLike: differencesOf(pairs, results),
      runs: [folder],
    },
    found,
    settings,
    today,
  );
}

function findingOf({ quantity, finding, control }: Decided): GateFinding {
  const { cell, target, workload, mode, batch, metric, margin } = quantity;
  const isTrusted = !isChange(finding.verdict) || (control.passed && control.interval !== null);
  return {
    cell,
    target,
    workload,
    mode,
    batch,
    metric,
    verdict: isTrusted ? finding.verdict : 'inconclusive',
    ratio: known(finding.value, finding.interval, finding.rounds),
    control: known(control.value, control.interval, finding.rounds),
    margin,
    stage: finding.stage,
    reason: isTrusted ? reasonOf(finding, margin) : controlReason(control),
    accepted: null,
  };
}

function reasonOf(finding: Finding, margin: number): string {
  const { verdict, stage, rounds } = finding;
  const where = stage === 'screen' ? `in ${rounds} rounds` : `in ${rounds} new rounds after the screen`;
  if (verdict === 'regressed') return `worse by more than the margin of ${percent(margin)} ${where}`;
  if (verdict === 'improved') return `better by more than the margin of ${percent(margin)} ${where}`;
  if (verdict === 'ok') return `not worse by more than the margin of ${percent(margin)} ${where}`;
  const needed = roundsToSettle(finding, margin);
  const advice =
    needed === null || needed <= rounds ? 'a larger --time' : `about ${needed} rounds, or a wider margin,`;
  return `${rounds} rounds do not decide whether it exceeds the margin of ${percent(margin)}; ${advice} would`;
}

function controlReason({ value, interval }: Decided['control']): string {
  if (!interval)
    return 'the baseline’s second copy has no interval, so the fairness of the session is unknown; run the gate again';
  const change = percent(Math.abs(Math.expm1(value)));
  return `the baseline against its own second copy differs by ${change}: this session cannot be trusted; run the gate again on a quieter machine`;
}

/** A candidate's cell and the same one of the baseline. */
interface Pair {
  readonly cell: CellResult;
  readonly baseline: CellResult | undefined;
}

function pairsOf(subjects: readonly GateSubject[], { cells }: RunResults): Pair[] {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  return subjects.flatMap(({ candidate, baseline }) =>
    cells
      .filter((cell) => cell.target === candidate)
      .map((cell) => ({ cell, baseline: byId.get(forTarget(cell, baseline).id) })),
  );
}

function cellFinding({ cell, baseline }: Pair, results: RunResults, settings: GateSettings): GateFinding[] {
  const state = stateFinding(cell.id, baseline, cell, results.ending !== 'finished');
  if (state) return [state];
  return baseline ? [parityFinding(cell.id, baseline, cell, settings)] : [];
}

/** Named alike on both sides, so that what has not changed does not differ: by the candidate's target where there are several. */
function versionsOf(
  { targets }: RunResults,
  subjects: readonly GateSubject[],
  role: 'candidate' | 'baseline',
): Record<string, string> {
  const versions = subjects.flatMap((subject) => {
    const found = targets.find(({ target }) => target === subject[role]);
    const name = subjects.length > 1 ? targetOf(subject.candidate) : '';
    return found ? [targetVersions(found, name)] : [];
  });
  return Object.assign({}, ...versions);
}

/** Settings that differ between a candidate and its baseline without being what is compared. */
function differencesOf(pairs: readonly Pair[], { targets }: RunResults): string[] {
  const side = (cell: CellResult) => ({ target: cell.target, settings: settingsOf(cell, targets) });
  const all = pairs.flatMap(({ cell, baseline }) =>
    isOk(cell) && baseline && isOk(baseline) ? notLikeForLike(side(cell), side(baseline), cell.batch) : [],
  );
  return [...new Set(all)];
}
