/** A live gate's run → its report. Pure. */
import { analyse } from '../analyse/analyse.js';
import { notLikeForLike } from '../analyse/configuration-lint.js';
import { collectFacts } from '../analyse/facts.js';
import { isOk, settingsOf } from '../analyse/groups.js';
import type { CellResult, Estimate, RunResults } from '../schema/results.js';
import type { RunEvent, RunManifest } from '../schema/run-folder.js';
import { type Finding, type Rule, roundsToSettle, usualRule } from '../statistics/decision.js';
import { percent } from '../text.js';
import { withAcceptances } from './apply-settings.js';
import { parityFinding, stateFinding } from './cell-findings.js';
import { gateReportSchemaId } from './outputs/json-schema.js';
import { type Decided, standingAfter } from './replay.js';
import { exitOf, type GateFinding, type GateReport } from './report.js';
import { seatCells } from './series.js';
import type { GateSettings } from './settings.js';
import { summaryOf } from './summary.js';

/**
 * @param folder where the run lies
 * @param today YYYY-MM-DD, for acceptances that end
 */
export function liveReport(
  manifest: RunManifest,
  events: readonly RunEvent[],
  settings: GateSettings,
  { folder, today, rule = usualRule }: { folder: string; today: string; rule?: Rule },
): GateReport {
  const { gate } = manifest;
  if (!gate) throw new RangeError(`${manifest.id} is no run of a gate`);
  const results = analyse(manifest, events);
  const { finishedRounds } = collectFacts(events);
  const { decided } = standingAfter(manifest, events, settings, rule, finishedRounds, true);
  const found = [...decided.map(findingOf), ...cellFindings(manifest, results, settings)];
  const findings = withAcceptances(found, settings, today);
  return {
    $schema: gateReportSchemaId,
    version: 1,
    kind: 'live',
    startedAt: manifest.startedAt,
    command: manifest.command,
    baseline: {
      name: gate.baselineName,
      versions: versionsOf(
        results,
        gate.seats.map((seat) => seat.baseline),
      ),
    },
    candidate: {
      name: gate.candidateName,
      versions: versionsOf(
        results,
        gate.seats.map((seat) => seat.candidate),
      ),
    },
    machine: manifest.machine,
    notLikeForLike: differences(manifest, results),
    runs: [folder],
    findings,
    summary: summaryOf(findings),
    exit: exitOf(findings),
  };
}

function findingOf({ subject, finding, control }: Decided): GateFinding {
  const { cell, target, workload, mode, batch, metric, margin } = subject;
  const isChange = finding.verdict === 'regressed' || finding.verdict === 'improved';
  const isTrusted = !isChange || (control.passed && control.interval !== null);
  return {
    cell,
    target,
    workload,
    mode,
    batch,
    metric,
    verdict: isTrusted ? finding.verdict : 'inconclusive',
    ratio: estimateOf(finding.value, finding.interval, finding.rounds),
    control: estimateOf(control.value, control.interval, finding.rounds),
    margin,
    stage: finding.stage,
    reason: isTrusted ? reasonOf(finding, margin) : controlReason(control),
    accepted: null,
  };
}

function estimateOf(value: number, interval: Finding['interval'], rounds: number): Estimate | null {
  if (Number.isNaN(value)) return null;
  return {
    value: Math.exp(value),
    low: interval && Math.exp(interval.low),
    high: interval && Math.exp(interval.high),
    level: interval?.level ?? null,
    rounds,
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
  return `${rounds} rounds cannot tell it from the margin of ${percent(margin)}; ${advice} would`;
}

function controlReason({ value, interval }: Decided['control']): string {
  if (!interval)
    return 'the baseline’s second copy gave no interval, so nothing shows that the machine was fair; run it again';
  const change = percent(Math.abs(Math.expm1(value)));
  return `the baseline against its own second copy differs by ${change}: this session cannot be trusted; run it again on a quieter machine`;
}

function cellFindings(manifest: RunManifest, results: RunResults, settings: GateSettings): GateFinding[] {
  const byId = new Map(results.cells.map((cell) => [cell.id, cell]));
  return (manifest.gate?.seats ?? []).flatMap((seat) =>
    results.cells
      .filter((cell) => cell.target === seat.candidate)
      .flatMap((cell) => {
        const baseline = byId.get(seatCells(cell, seat)[1] ?? '');
        const isCut = results.ending !== 'finished';
        const state = stateFinding(cell.id, baseline, cell, isCut);
        return state ? [state] : baseline ? [parityFinding(cell.id, baseline, cell, settings)] : [];
      }),
  );
}

function versionsOf(results: RunResults, names: readonly string[]): Record<string, string> {
  const targets = results.targets.filter(({ target }) => names.includes(target));
  return Object.fromEntries(
    targets.flatMap(({ target, runtime, versions }) => {
      const plain = target.replace(/~.*$/, '');
      return [
        ...(runtime === null ? [] : [[`${plain} runtime`, runtime] as const]),
        ...Object.entries(versions).map(([name, version]) => [`${plain} ${name}`, version] as const),
      ];
    }),
  );
}

/** Settings that differ between a candidate and its baseline although they were not what is compared. */
function differences(manifest: RunManifest, results: RunResults): string[] {
  const side = (cell: CellResult) => ({ target: cell.target, settings: settingsOf(cell, results.targets) });
  const byId = new Map(results.cells.map((cell) => [cell.id, cell]));
  const all = (manifest.gate?.seats ?? []).flatMap((seat) =>
    results.cells
      .filter((cell) => cell.target === seat.candidate && isOk(cell))
      .flatMap((cell) => {
        const baseline = byId.get(seatCells(cell, seat)[1] ?? '');
        return baseline && isOk(baseline) ? notLikeForLike(side(cell), side(baseline), cell.batch) : [];
      }),
  );
  return [...new Set(all)];
}
