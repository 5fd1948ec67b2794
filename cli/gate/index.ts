/** `gate`: a verdict on a change, for people and for CI. */
import { join } from 'node:path';
import { at } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';
import { unusedEntries } from '../../reports/regression/apply-settings.js';
import {
  type GateOutputPaths,
  renderGate,
  writeGateOutputs,
} from '../../reports/regression/outputs/index.js';
import type { GateSettings } from '../../reports/regression/settings.js';
import { readSettings } from '../../reports/regression/settings-file.js';
import { storedGate } from '../../reports/regression/stored-runs.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { say } from '../say.js';
import { type LiveGate, liveGate } from './live.js';

export interface GateOptions extends RunOptions, GateOutputPaths {
  readonly against?: string;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly config?: string;
  readonly force?: true;
}

/** Exit status: 0 ok, 1 regression, 3 inconclusive, 4 could not measure. @throws TouchstoneError('usage') */
export async function gateCommand(options: GateOptions): Promise<number> {
  const settings = await readSettings(options.config);
  const { report, interrupted } = await judged(options, settings, new Date().toISOString().slice(0, 10));
  const folder = report.kind === 'live' ? at(report.runs, 0, 'the runs of a live gate') : undefined;
  if (folder !== undefined) await writeGateOutputs(report, { json: join(folder, 'gate.json') });
  await writeGateOutputs(report, options);
  process.stdout.write(`${renderGate(report)}\n`);
  // In a gate on a part of the targets, entries for the others are not unused.
  if (options.targets === undefined && options.workload === undefined) {
    for (const warning of unusedEntries(settings, report.findings)) say(`warning: ${warning}`);
  }
  if (folder !== undefined) process.stdout.write(`\nreport: ${join(folder, 'report.html')}\n`);
  return interrupted ?? report.exit;
}

async function judged(options: GateOptions, settings: GateSettings, today: string): Promise<LiveGate> {
  const { against, baseline, candidate, force } = options;
  if (against !== undefined && baseline === undefined && candidate === undefined) {
    return liveGate(against, options, settings, today);
  }
  if (against === undefined && baseline !== undefined && candidate !== undefined) {
    const report = await storedGate({ baseline, candidate, force }, settings, today);
    return { report, interrupted: undefined };
  }
  throw new TouchstoneError('usage', 'the gate needs two sides', {
    hint: 'either --against <git ref|version|target>, or --baseline <run> and --candidate <run>',
  });
}
