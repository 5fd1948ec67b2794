/** The gate's verdict in GitHub's Markdown: for the summary of a CI step and for a comment on a pull request. */
import { markdownTable } from 'markdown-table';
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
import { code, codeBlock, escaped } from './markdown-text.js';

/** The first line: by it the comment of an earlier push is found and replaced. */
export const commentMarker = '<!-- touchstone-gate -->';

/** A comment on a pull request may have 65,536 characters; a part is left for what others put around it. */
export const longestMarkdown = 60_000;

/** So many lines of a list are shown at most, each with so many characters, so that findings always have room. */
const listed = 10;
const lineLength = 300;

/** At most `longestMarkdown` characters: where that is too few, the least important findings are left out, and it says so. */
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
    if (text.length <= longestMarkdown || rows + okayRows === 0) return text;
    if (okayRows > 0) okayRows = Math.floor(okayRows * 0.8);
    else rows = Math.floor(rows * 0.8);
  }
}

type Shown = readonly [notOk: readonly GateFinding[], okay: readonly GateFinding[]];

function page(report: GateReport, [notOk, okay]: Shown, leftOut: number): string {
  const { baseline, candidate, notLikeForLike, command, findings } = report;
  const apart = report.kind === 'stored' ? ', from runs that were made apart' : '';
  const counts = findings.length === 0 ? 'Nothing was compared' : countsByVerdict(findings);
  const parts = [
    commentMarker,
    `## Gate: ${exitWords[report.exit]}`,
    escaped(report.summary, lineLength),
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
    `Measured on ${escaped(report.machine.cpu, lineLength)}, ${coresText(report.machine.cores)}. To repeat it:`,
    codeBlock(command, 'sh'),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Without padding, which would make a long table several times as long. */
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
  return markdownTable([head, ...rows], {
    align: ['l', 'l', 'l', 'r', 'r', 'r', 'l'],
    alignDelimiters: false,
  });
}

function bullets(title: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const lines = texts.slice(0, listed).map((text) => `- ${escaped(text, lineLength)}`);
  const more = texts.length > listed ? [`- and ${texts.length - listed} more, in the JSON output`] : [];
  return [`**${title}:**`, [...lines, ...more].join('\n')];
}

/** The empty lines make what is inside Markdown again. */
function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
