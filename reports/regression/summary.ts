/** The gate's headline: the worst that was found, in one sentence. */
import { exitOf, type GateFinding, type GateReport, verdictCounts } from './report.js';

const headlines: Readonly<Record<GateReport['exit'], string>> = {
  0: 'No regression',
  1: 'Regression',
  3: 'Inconclusive',
  4: 'Not measured',
};

export function summaryOf(findings: readonly Pick<GateFinding, 'verdict'>[]): string {
  if (findings.length === 0) return 'Nothing was compared.';
  const counts = verdictCounts(findings).map(
    ({ verdict, count }) => `${count} ${verdict === 'unmeasured' ? 'not comparable' : verdict}`,
  );
  return `${headlines[exitOf(findings)]}: ${counts.join(', ')}.`;
}
