/** The gate's findings as tests: JUnit XML, which every CI service displays. A suite per target, a test per finding. */
import type { TestCase } from 'junit-report-builder';
import { invocation, quoted } from '../../../common/invocation.js';
import { legal, newJunit } from '../../junit.js';
import type { GateFinding, GateReport } from '../report.js';
import { exitWords, marginText, ratioText, sentence } from './findings.js';

/** Valid XML, whatever characters names and reasons contain. */
export function gateJunit(report: GateReport): string {
  const root = newJunit(`Touchstone gate: ${exitWords[report.exit]}`);
  const targets = [...new Set(report.findings.map(({ target }) => target))];
  for (const target of targets) {
    const suite = root.testSuite().name(legal(target));
    // The format has ISO 8601 without a zone; the time is UTC.
    suite.timestamp(legal(report.startedAt.slice(0, 19)));
    suite.property('baseline', legal(report.baseline.name));
    suite.property('candidate', legal(report.candidate.name));
    report.notLikeForLike.forEach((text, index) => {
      suite.property(`not like for like ${index + 1}`, legal(text));
    });
    for (const finding of report.findings.filter((candidate) => candidate.target === target)) {
      const test = suite
        .testCase()
        .className(legal(target))
        .name(legal(`${finding.cell} ${finding.metric}`));
      addOutcome(test, finding);
    }
  }
  return `${root.build()}\n`;
}

function addOutcome(test: TestCase, finding: GateFinding): void {
  const text = legal(sentence(finding));
  switch (finding.verdict) {
    case 'broken':
    case 'regressed':
      test.failure(text, finding.verdict).stacktrace(legal(details(finding)));
      return;
    case 'inconclusive':
    case 'unmeasured':
      // This package writes no reason into what is skipped.
      test.skipped().standardOutput(text);
      return;
    case 'accepted':
    case 'improved':
    case 'ok':
      test.standardOutput(text);
  }
}

function details(finding: GateFinding): string {
  const metric = finding.verdict === 'broken' ? 'state' : finding.metric;
  return [
    finding.reason,
    `ratio ${ratioText(finding)}, margin ${marginText(finding)}`,
    `accept it with: ${invocation('gate accept')} ${quoted(finding.cell)} --metric ${metric} --from gate.json --reason '…'`,
  ].join('\n');
}
