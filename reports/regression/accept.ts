/** A regression that is wanted, as an entry of the settings: checked against what a gate found. */
import { readFile } from 'node:fs/promises';
import { closest } from 'fastest-levenshtein';
import { at } from '../../common/at.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { matchesCell } from './apply-settings.js';
import { type GatedMetric, type GateFinding, type GateReport, gatedMetrics, gateReport } from './report.js';
import type { Acceptance, GateSettings } from './settings.js';

/** Long enough to do something about it, short enough not to be forgotten. */
export const defaultDays = 90;
const maxDays = 3650;

export interface AcceptOptions {
  /** Name or glob of cells; for a quantity of the whole target, of targets. */
  readonly cell: string;
  readonly metric: string;
  readonly reason: string;
  readonly days?: number;
  /** A `gate.json`, whose findings are accepted. */
  readonly from?: string;
  /** Largest ratio that is accepted, instead of the one in `from`. */
  readonly upTo?: number;
  /** The day on which it is accepted; today by default. */
  readonly now?: Date;
}

/** @throws TouchstoneError('usage') where nothing of the kind regressed, or the acceptance does not say why */
export async function acceptanceOf(options: AcceptOptions): Promise<Acceptance> {
  const { cell, now = new Date(), days = defaultDays } = options;
  const metric = metricOf(options.metric);
  const reason = messageOf(options.reason);
  if (reason === '')
    throw usage('the reason is empty', "say why it is accepted: --reason 'the new kernel is exact'");
  if (cell.trim() === '') throw usage('the cell is empty', 'name it as the gate does');
  if (!Number.isSafeInteger(days) || days < 1 || days > maxDays) {
    throw usage(`--days ${days} is not possible`, `give an integer from 1 to ${maxDays}`);
  }
  return { cell, metric, upTo: await acceptedRatio(options, metric), reason, until: dayAfter(now, days) };
}

/** The settings with the acceptance, in place of an earlier one of the same cell and metric. */
export function withAcceptance(settings: GateSettings, entry: Acceptance): GateSettings {
  const others = settings.accepted.filter(
    ({ cell, metric }) => cell !== entry.cell || metric !== entry.metric,
  );
  return { ...settings, accepted: [...others, entry] };
}

function metricOf(given: string): GatedMetric {
  const found = gatedMetrics.find((metric) => metric === given);
  if (found) return found;
  const hint = `did you mean ${closest(given, [...gatedMetrics])}? there are ${gatedMetrics.join(', ')}`;
  throw usage(`there is no metric ${given}`, hint);
}

/** Null for a broken cell. */
async function acceptedRatio(
  { cell, from, upTo }: AcceptOptions,
  metric: GatedMetric,
): Promise<number | null> {
  if (upTo !== undefined && metric === 'state') {
    throw usage('a broken cell has no ratio', 'leave --up-to out');
  }
  if (upTo !== undefined && !(Number.isFinite(upTo) && upTo > 1)) {
    throw usage(`--up-to ${upTo} is not a regression`, 'give a ratio above 1, such as 1.12');
  }
  if (from === undefined) {
    if (upTo !== undefined) return upTo;
    const other = metric === 'state' ? '' : ', or --up-to and a ratio';
    throw usage('nothing says what is accepted', `give --from and the gate.json that found it${other}`);
  }
  const findings = regressions(await readReport(from), from, cell, metric);
  if (metric === 'state') return null;
  const ratios = findings.flatMap((finding) => (finding.ratio ? [finding.ratio] : []));
  if (ratios.length === 0)
    throw usage(`${from} has no ratio for ${cell}, ${metric}`, 'give one with --up-to');
  const found = Math.max(...ratios.map(({ value }) => value));
  if (upTo === undefined) return withHeadroom(Math.max(...ratios.map(({ value, high }) => high ?? value)));
  if (upTo >= found) return upTo;
  throw usage(
    `--up-to ${upTo} is less than the ${found.toPrecision(3)}× found in ${from}`,
    'give more, or leave --up-to out',
  );
}

/**
 * The upper end of the interval, rounded up to two decimals: the next gate's estimate of the same regression is below
 * that unless it grew.
 */
function withHeadroom(high: number): number {
  // 1.12 × 100 is 112.00000000000001.
  return Math.ceil(Number((high * 100).toFixed(6))) / 100;
}

/** The findings on this metric of these cells that are worse than the margin allows. */
function regressions(report: GateReport, from: string, cell: string, metric: GatedMetric): GateFinding[] {
  const ofCell = report.findings.filter((finding) => matchesCell(cell, finding.cell));
  if (ofCell.length === 0) {
    const cells = [...new Set(report.findings.map((finding) => finding.cell))];
    const hint = cells.length > 0 ? `did you mean ${closest(cell, cells)}?` : 'there is no finding in it';
    throw usage(`no cell in ${from} matches ${cell}`, hint);
  }
  const found = ofCell.filter((finding) => isWorse(finding) && metricToAccept(finding) === metric);
  if (found.length > 0) return found;
  const others = [...new Set(ofCell.filter(isWorse).map(metricToAccept))];
  const verdicts = [...new Set(ofCell.filter((one) => one.metric === metric).map(({ verdict }) => verdict))];
  const state = verdicts.length > 0 ? `is ${verdicts.join(' and ')}, not regressed` : 'was not gated';
  throw usage(
    `${cell}, ${metric}, ${state} in ${from}: there is nothing to accept`,
    others.length > 0 ? `what regressed there is ${others.join(', ')}` : 'nothing of it regressed there',
  );
}

/** A finding that is accepted already may be accepted again: for longer, or because it grew. */
function isWorse({ verdict }: GateFinding): boolean {
  return verdict === 'regressed' || verdict === 'broken' || verdict === 'accepted';
}

function metricToAccept({ verdict, metric }: GateFinding): GatedMetric {
  return verdict === 'broken' ? 'state' : metric;
}

async function readReport(from: string): Promise<GateReport> {
  const hint = 'give the file that the option --json of `gate` wrote';
  let content: unknown;
  try {
    content = JSON.parse(await readFile(from, 'utf8'));
  } catch (cause) {
    throw usage(`cannot read ${from}: ${messageOf(cause)}`, hint);
  }
  const parsed = gateReport.safeParse(content);
  if (parsed.success) return parsed.data;
  const { path, message } = at(parsed.error.issues, 0, 'the problems of the report');
  throw usage(`${from} is not the report of a gate: ${path.join('.')}: ${message}`, hint);
}

/** YYYY-MM-DD in UTC, so many days later. */
function dayAfter(now: Date, days: number): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

function usage(message: string, hint: string): TouchstoneError {
  return new TouchstoneError('usage', message, { hint });
}
