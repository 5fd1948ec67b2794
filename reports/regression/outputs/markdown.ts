/** The gate's verdict in GitHub's Markdown: for the summary of a CI step and for a comment on a pull request. */
import { coresText } from '../../text.js';
import type { GateFinding, GateReport } from '../report.js';
import {
  controlText,
  countsByMetric,
  countsByVerdict,
  exitWords,
  marginText,
  ratioText,
  verdictText,
  versionChanges,
  worstFirst,
} from './findings.js';
import { code, codeBlock, escaped, tableText } from './markdown-text.js';

/** The first line, by which the comment of an earlier push is found and replaced. */
export const commentMarker = '<!-- touchstone-gate -->';

/** A comment on a pull request may have 65,536 characters; some are left for what others put around it. */
export const maxMarkdownLength = 60_000;

/** Limits of a list's lines and of their characters, so that there is always room for findings. */
const maxListed = 10;
const maxLineLength = 300;

/** Up to `maxMarkdownLength` characters: where that does not suffice, the least important findings are left out, and it says so. */
export function gateMarkdown(report: GateReport): string {
  const findings = worstFirst(report.findings);
  const notOk = findings.filter(({ verdict }) => verdict !== 'ok');
  const okay = findings.filter(({ verdict }) => verdict === 'ok');
  let [rows, okayRows] = [notOk.length, okay.length];
  for (;;) {
    const text = page(
      report,
      [notOk.slice(0, rows), okay.slice(0, okayRows)],
      findings.length - rows - okayRows,
    );
    if (text.length <= maxMarkdownLength || rows + okayRows === 0) return text;
    if (okayRows > 0) okayRows = Math.floor(okayRows * 0.8);
    else rows = Math.floor(rows * 0.8);
  }
}

type Shown = readonly [notOk: readonly GateFinding[], okay: readonly GateFinding[]];

function page(report: GateReport, [notOk, okay]: Shown, leftOut: number): string {
  const { baseline, candidate, notLikeForLike, command, findings } = report;
  const apart = report.kind === 'stored' ? ', from runs of different sessions' : '';
  const counts = findings.length === 0 ? 'Nothing was compared' : countsByVerdict(findings);
  const parts = [
    commentMarker,
    `## Gate: ${exitWords[report.exit]}`,
    escaped(report.summary, maxLineLength),
    `Baseline ${code(baseline.name)}, candidate ${code(candidate.name)}${apart}. ${counts}.`,
    ...bullets('Not like for like', notLikeForLike),
    ...bullets('Versions that changed', versionChanges(report)),
    ...(notOk.length > 0
      ? [tableOf(notOk), 'A ratio is candidate ÷ baseline: above 1× the candidate is worse.']
      : []),
    ...(leftOut > 0
      ? [`**Cut here:** ${leftOut} more findings do not fit into a comment; the JSON output has them all.`]
      : []),
    ...(okay.length > 0 ? [details(`${countsByMetric(okay)} ok`, tableOf(okay))] : []),
    `Measured on ${escaped(report.machine.cpu, maxLineLength)}, ${coresText(report.machine.cores)}. To repeat it:`,
    codeBlock(command, 'sh'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function tableOf(findings: readonly GateFinding[]): string {
  const head = ['verdict', 'cell', 'metric', 'ratio', 'margin', 'baseline against itself', 'why'];
  const rows = findings.map((finding) => [
    finding.verdict === 'ok' ? 'ok' : `**${verdictText(finding)}**`,
    code(finding.cell),
    finding.metric,
    ratioText(finding),
    marginText(finding),
    controlText(finding),
    escaped(finding.reason),
  ]);
  return tableText([head, ...rows], ['l', 'l', 'l', 'r', 'r', 'r', 'l']);
}

function bullets(title: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const lines = texts.slice(0, maxListed).map((text) => `- ${escaped(text, maxLineLength)}`);
  const more = texts.length > maxListed ? [`- and ${texts.length - maxListed} more, in the JSON output`] : [];
  return [`**${title}:**`, [...lines, ...more].join('\n')];
}

/** The empty lines make the content Markdown again. */
function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
