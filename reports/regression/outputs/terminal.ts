/** The gate's verdict in the terminal: as wide as it is, colours only where wanted. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { clean, fitted, noBorders, wrapped } from '../../terminal/lines.js';
import { terminalColumns } from '../../terminal/width.js';
import type { GateFinding, GateReport, GateVerdict } from '../report.js';
import {
  countsByMetric,
  groupOf,
  marginText,
  maxListedOk,
  ratioText,
  versionChanges,
  worstFirst,
} from './findings.js';

const columns = terminalColumns();

const colours: Readonly<Record<GateVerdict, (text: string) => string>> = {
  broken: pc.red,
  regressed: pc.red,
  inconclusive: pc.yellow,
  accepted: pc.yellow,
  unmeasured: pc.yellow,
  improved: pc.green,
  ok: pc.dim,
};

/** The summary first, then what differs between the sides, then numbers and reasons, the worst first. */
export function renderGate(report: GateReport): string {
  const findings = worstFirst(report.findings);
  const okay = findings.filter(({ verdict }) => verdict === 'ok');
  const collapsed = okay.length > maxListedOk;
  const listed = collapsed ? findings.filter(({ verdict }) => verdict !== 'ok') : findings;
  const parts = [head(report)];
  if (listed.length > 0) parts.push([findingTable(listed)]);
  else if (!collapsed) parts.push(['Nothing was compared.']);
  const reasons = listed.filter(({ verdict }) => verdict !== 'ok').flatMap(reasonLines);
  if (reasons.length > 0) parts.push(reasons);
  parts.push([
    ...(collapsed ? wrapped(`ok: ${countsByMetric(okay)}.`, columns, '') : []),
    ...(listed.length > 0 ? ['A ratio is candidate ÷ baseline: above 1× the candidate is worse.'] : []),
    ...wrapped(report.command, columns, 'Repeat: ').map(pc.dim),
  ]);
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function head(report: GateReport): string[] {
  const colour = report.exit === 0 ? pc.green : report.exit === 1 ? pc.red : pc.yellow;
  const apart =
    report.kind === 'stored'
      ? ' (runs of different sessions: whatever changed between them is part of the ratios)'
      : '';
  const sides = `baseline ${clean(report.baseline.name)} → candidate ${clean(report.candidate.name)}${apart}`;
  return [
    ...wrapped(report.summary, columns, '').map((line) => pc.bold(colour(line))),
    ...wrapped(sides, columns, ''),
    ...report.notLikeForLike.flatMap((text) =>
      wrapped(`not like for like: ${text}`, columns, '  ! ').map(pc.yellow),
    ),
    ...versionChanges(report).flatMap((text) => wrapped(text, columns, '  – ').map(pc.dim)),
  ];
}

/** The name of a cell takes two lines: group, then target. */
function findingTable(findings: readonly GateFinding[]): string {
  const table = new Table({
    head: ['cell', 'metric', 'ratio', 'margin', 'verdict'].map((text) => pc.dim(text)),
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
    chars: noBorders,
  });
  for (const finding of findings) {
    // The reasons below have the whole name.
    const group = groupOf(finding);
    const target = fitted(finding.target, 35);
    table.push([
      group === '' ? target : `${fitted(group, 35)}\n${target}`,
      finding.metric,
      fitted(ratioText(finding), 24),
      marginText(finding),
      colours[finding.verdict](finding.verdict),
    ]);
  }
  // The last column is padded to its width; the pad would only make lines longer.
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** With the cell's whole name, as `gate accept` takes it. */
function reasonLines(finding: GateFinding): string[] {
  const text = `${finding.cell}, ${finding.metric}: ${finding.reason}`;
  return wrapped(text, columns, '  – ').map(colours[finding.verdict]);
}
