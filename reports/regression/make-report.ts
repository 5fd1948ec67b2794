/** What gates on live and on stored runs have in common: empty findings, and a report of findings. */

import type { CellResult, Estimate } from '../../common/run/results.js';
import type { Interval } from '../../common/statistics/interval.js';
import { ratioOf } from '../analyse/estimates.js';
import { withAcceptances } from './apply-settings.js';
import { gateReportSchemaId } from './outputs/json-schema.js';
import { exitOf, type GateFinding, type GateReport } from './report.js';
import type { GateSettings } from './settings.js';
import { summaryOf } from './summary.js';

/** What differs between the two kinds. */
export type Sides = Omit<GateReport, '$schema' | 'version' | 'findings' | 'summary' | 'exit'>;

/** @param today YYYY-MM-DD, for acceptances that end */
export function makeReport(
  sides: Sides,
  found: readonly GateFinding[],
  settings: GateSettings,
  today: string,
): GateReport {
  const findings = withAcceptances(found, settings, today);
  return {
    $schema: gateReportSchemaId,
    version: 1,
    ...sides,
    findings,
    summary: summaryOf(findings),
    exit: exitOf(findings),
  };
}

/** A finding on a cell, still without its result. */
export function bareFinding(id: string, { target, workload, mode, batch }: CellResult) {
  return {
    cell: id,
    target,
    workload,
    mode,
    batch,
    ratio: null,
    control: null,
    margin: null,
    stage: 'once' as const,
    accepted: null,
  };
}

/** The verdict on a ratio of quantities that do not vary from round to round. */
export function seenOnce(value: number, margin: number): Pick<GateFinding, 'verdict' | 'ratio' | 'margin'> {
  const ratio: Estimate = { value, low: null, high: null, level: null, rounds: 0 };
  if (value > 1 + margin) return { verdict: 'regressed', ratio, margin };
  return { verdict: value < 1 / (1 + margin) ? 'improved' : 'ok', ratio, margin };
}

/** A log ratio as an estimate; null where a side has no values. */
export function known(logRatio: number, interval: Interval | null, rounds: number): Estimate | null {
  return Number.isFinite(logRatio) ? ratioOf(logRatio, interval, rounds) : null;
}
