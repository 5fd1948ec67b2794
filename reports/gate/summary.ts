/** The gate's headline: the worst that was found, in one sentence. */
import { type GateFinding, type GateVerdict, gateVerdicts } from './report.js';

const phrases: Readonly<Record<GateVerdict, string>> = {
  broken: 'broken',
  regressed: 'regressed',
  inconclusive: 'inconclusive',
  accepted: 'accepted',
  unmeasured: 'not comparable',
  improved: 'improved',
  ok: 'ok',
};

export function summaryOf(findings: readonly Pick<GateFinding, 'verdict'>[]): string {
  const counts = gateVerdicts
    .map((verdict) => ({ verdict, count: findings.filter((finding) => finding.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return 'Nothing was compared.';
  const listed = counts.map(({ verdict, count }) => `${count} ${phrases[verdict]}`).join(', ');
  return `${headline(counts.map(({ verdict }) => verdict))}: ${listed}.`;
}

function headline(verdicts: readonly GateVerdict[]): string {
  if (verdicts.includes('broken') || verdicts.includes('regressed')) return 'Regression';
  if (verdicts.includes('inconclusive')) return 'Inconclusive';
  if (!verdicts.some((verdict) => ['ok', 'improved', 'accepted'].includes(verdict))) return 'Not measured';
  return 'No regression';
}
