/** The gate's findings as tests: JUnit XML, which every CI service draws. A suite per target, a test per finding. */
import junit, { type Builder, type TestCase } from 'junit-report-builder';
import type { GateFinding, GateReport } from '../report.js';
import { exitWords, marginText, ratioText, sentence } from './findings.js';

// The package's types say that the builder is the module's `default`; in Node it is the module itself.
const builder = junit as unknown as Builder;

/** XML that is valid whatever names and reasons hold. */
export function gateJunit(report: GateReport): string {
  // The builder that the package gives is one for the whole process.
  const root = builder.newBuilder().name(`Touchstone gate: ${exitWords[report.exit]}`);
  const targets = [...new Set(report.findings.map(({ target }) => target))];
  for (const target of targets) {
    const suite = root.testSuite().name(legal(target));
    // ISO 8601 without a zone, as the format has it; the time is UTC.
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
      // The format has no place for a reason in what is skipped that this package writes.
      test.skipped().standardOutput(text);
      return;
    case 'accepted':
    case 'improved':
    case 'ok':
      test.standardOutput(text);
  }
}

function details(finding: GateFinding): string {
  const cell = `'${finding.cell.replaceAll("'", String.raw`'\''`)}'`;
  const metric = finding.verdict === 'broken' ? 'state' : finding.metric;
  return [
    finding.reason,
    `ratio ${ratioText(finding)}, margin ${marginText(finding)}`,
    `accept it with: npm run bench -- gate accept ${cell} --metric ${metric} --from gate.json --reason '…'`,
  ].join('\n');
}

/**
 * Only characters that XML 1.0 has, and nothing that ends a CDATA section. The package does both, but only for the first
 * `]]>` of a text, and after escaping, where taking a character away can undo an escape.
 */
function legal(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replaceAll(']]>', ']] >')
  );
}
