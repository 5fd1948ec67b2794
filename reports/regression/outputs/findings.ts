/** The wording and order of findings, the same in every output. */
import { shortGroupName } from '../../../common/run/cell.js';
import { differences } from '../../../common/text.js';
import { percent, ratioText as plainRatio } from '../../text.js';
import {
  type GatedMetric,
  type GateFinding,
  type GateReport,
  type GateVerdict,
  gatedMetrics,
  gateVerdicts,
  verdictCounts,
} from '../report.js';

/** More `ok` findings than this are counted instead of listed. */
export const maxListedOk = 12;

/** Worst first; within a verdict in the order of the report. */
export function worstFirst(findings: readonly GateFinding[]): GateFinding[] {
  const rank = (verdict: GateVerdict) => gateVerdicts.indexOf(verdict);
  return [...findings].sort((a, b) => rank(a.verdict) - rank(b.verdict));
}

/** `24 speed, 6 memory` */
export function countsByMetric(findings: readonly GateFinding[]): string {
  const count = (metric: GatedMetric) => findings.filter((finding) => finding.metric === metric).length;
  return gatedMetrics
    .filter((metric) => count(metric) > 0)
    .map((metric) => `${count(metric)} ${metric}`)
    .join(', ');
}

/** `2 regressed, 1 inconclusive, 30 ok` */
export function countsByVerdict(findings: readonly GateFinding[]): string {
  return verdictCounts(findings)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ');
}

/** `1.05× [1.03, 1.07]`, or a dash. */
export function ratioText({ ratio: found }: Pick<GateFinding, 'ratio'>): string {
  return written(found);
}

/** The baseline against its own second copy. */
export function controlText({ control }: Pick<GateFinding, 'control'>): string {
  return written(control);
}

function written(found: GateFinding['ratio']): string {
  return found === null ? '–' : plainRatio(found);
}

/** `2 %`, or a dash. */
export function marginText({ margin }: Pick<GateFinding, 'margin'>): string {
  return margin === null ? '–' : percent(margin);
}

/** `accepted until 2027-02-22`; for all others the verdict alone. */
export function verdictText({ verdict, accepted }: Pick<GateFinding, 'verdict' | 'accepted'>): string {
  return accepted ? `${verdict} until ${accepted.until}` : verdict;
}

/** The cell without its target; empty for a quantity of the whole target. */
export function groupOf({ cell, target }: Pick<GateFinding, 'cell' | 'target'>): string {
  return cell === target ? '' : shortGroupName({ id: cell, target });
}

/** `speed: regressed, 1.05× [1.03, 1.07] (margin 2 %): <reason>` */
export function sentence(finding: GateFinding): string {
  const numbers = finding.ratio ? `, ${ratioText(finding)} (margin ${marginText(finding)})` : '';
  return `${finding.metric}: ${verdictText(finding)}${numbers}: ${finding.reason}`;
}

/** For a headline. */
export const exitWords: Readonly<Record<GateReport['exit'], string>> = {
  0: 'passed',
  1: 'regression',
  3: 'inconclusive',
  4: 'could not measure',
};

/** Versions that differ between the two sides: `torch: 2.8.0 → 2.9.0`. */
export function versionChanges({ baseline, candidate }: GateReport): string[] {
  return differences(baseline.versions, candidate.versions);
}
