/** `gate`: a verdict on a change, for people and for CI. */
import { join } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { unusedEntries } from '../../reports/regression/apply-settings.js';
import {
  type GateOutputPaths,
  renderGate,
  writeGateOutputs,
} from '../../reports/regression/outputs/index.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { liveGate } from './live.js';
import { readSettings } from './settings-file.js';
import { storedGate } from './stored.js';

export interface GateOptions extends RunOptions, GateOutputPaths {
  readonly against?: string;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly config?: string;
  /** Compare runs of different machines or settings all the same, and say so. */
  readonly force?: true;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Exit status: 0 ok, 1 regression, 3 inconclusive, 4 could not measure. @throws TouchstoneError('usage') */
export async function gateCommand(options: GateOptions): Promise<number> {
  checkSides(options);
  const settings = await readSettings(options.config);
  const today = new Date().toISOString().slice(0, 10);
  const { report, interrupted } =
    options.against === undefined
      ? { report: await storedGate(options, settings, today), interrupted: undefined }
      : await liveGate(options.against, options, settings, today, say);
  const [folder = ''] = report.runs;
  const isLive = report.kind === 'live';
  if (isLive) await writeGateOutputs(report, { json: join(folder, 'gate.json') });
  await writeGateOutputs(report, options);
  process.stdout.write(`${renderGate(report)}\n`);
  // Of a gate on a part of the targets, entries for the others are not unused.
  if (options.targets === undefined && options.workload === undefined) {
    for (const warning of unusedEntries(settings, report.findings)) say(`warning: ${warning}`);
  }
  if (isLive) process.stdout.write(`\nreport: ${join(folder, 'report.html')}\n`);
  return interrupted ?? report.exit;
}

function checkSides({ against, baseline, candidate }: GateOptions): void {
  const isLive = against !== undefined && baseline === undefined && candidate === undefined;
  const isStored = against === undefined && baseline !== undefined && candidate !== undefined;
  if (isLive || isStored) return;
  throw new TouchstoneError('usage', 'the gate needs two sides', {
    hint: 'either --against <git ref|version|target>, or --baseline <run> and --candidate <run>',
  });
}
