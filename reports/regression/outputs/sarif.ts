/**
 * The gate's findings for code-scanning services: SARIF 2.1.0. Only what needs attention is a result; a service closes
 * an alert that is no longer among the results, and would show a `pass` as an alert.
 */
import { createHash } from 'node:crypto';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { invocation } from '../../../common/invocation.js';
import { clean } from '../../terminal/lines.js';
import { settingsFileName } from '../apply-settings.js';
import {
  type GatedMetric,
  type GateFinding,
  type GateReport,
  type GateVerdict,
  gatedMetrics,
} from '../report.js';
import { sentence, worstFirst } from './findings.js';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const rules: Readonly<Record<GatedMetric, { name: string; text: string }>> = {
  speed: { name: 'Slower', text: 'An iteration takes longer than the margin allows' },
  'start-up': { name: 'SlowerStart', text: 'The framework takes longer to start than the margin allows' },
  memory: { name: 'MoreMemory', text: 'The highest resident memory grew by more than the margin allows' },
  parity: { name: 'LessExact', text: 'The error against the reference grew by more than the margin allows' },
  state: { name: 'Broken', text: 'A cell that had a result is now wrong, failed or missing' },
};

/** Which verdicts become results, and their level; a service without suppressions shows `accepted` as a note. */
const levels: Partial<Record<GateVerdict, Result.level>> = {
  broken: 'error',
  regressed: 'error',
  inconclusive: 'warning',
  accepted: 'note',
};

export function gateSarif(report: GateReport): Log {
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Touchstone', rules: gatedMetrics.map(ruleOf) } },
        automationDetails: { id: 'touchstone-gate/' },
        invocations: [
          {
            executionSuccessful: report.exit !== 4,
            commandLine: clean(report.command),
            startTimeUtc: report.startedAt,
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: worstFirst(report.findings).flatMap(resultOf),
      },
    ],
  };
}

function ruleId(metric: GatedMetric): string {
  return `touchstone/${metric}`;
}

function ruleOf(metric: GatedMetric): ReportingDescriptor {
  const { name, text } = rules[metric];
  return {
    id: ruleId(metric),
    name,
    shortDescription: { text },
    fullDescription: { text: `${text}, compared with the baseline on the same machine.` },
    help: {
      text: `The margin is in ${settingsFileName}. Accept a regression that is wanted with \`${invocation('gate accept')} <cell> --metric ${metric} --reason '…'\`; docs/gate.md says more.`,
    },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['performance'] },
  };
}

function resultOf(finding: GateFinding): Result[] {
  const level = levels[finding.verdict];
  if (level === undefined) return [];
  const { cell, metric, accepted } = finding;
  return [
    {
      ruleId: ruleId(metric),
      ruleIndex: gatedMetrics.indexOf(metric),
      level,
      message: { text: plain(`${cell}: ${sentence(finding)}`) },
      locations: [
        {
          // The line of code to blame is not known: the settings say what this cell may cost.
          physicalLocation: { artifactLocation: { uri: settingsFileName }, region: { startLine: 1 } },
          logicalLocations: [{ fullyQualifiedName: clean(cell), kind: 'benchmark' }],
        },
      ],
      partialFingerprints: fingerprints(finding),
      ...(accepted && {
        suppressions: [
          {
            kind: 'external',
            status: 'accepted',
            justification: `${clean(accepted.reason)} (until ${accepted.until})`,
          },
        ],
      }),
    },
  ];
}

/** `[text](target)` would become a link. */
function plain(text: string): string {
  return clean(text).replaceAll('](', '] (');
}

/**
 * The same for the same metric of the same cell in every run. All results are on one line of one file, so the hash of
 * the line, by which GitHub distinguishes alerts, has to be that of the cell too.
 */
function fingerprints({ cell, metric }: GateFinding): Record<string, string> {
  const hash = createHash('sha256').update(`${cell}\0${metric}`).digest('hex');
  return { primaryLocationLineHash: `${hash.slice(0, 16)}:1`, 'touchstoneCell/v1': hash };
}
