/** `run`: plan, measure, report. */
import pc from 'picocolors';
import { exitStatus, oneLine, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import type { RunResults } from '../common/run/results.js';
import { precisionRuleFor } from '../reports/analyse/precision.js';
import type { MeasurableRun } from '../runners/coordinator/measure.js';
import { newRun, planRun, resumedRun } from '../runners/coordinator/new-run.js';
import { type RunOptions, resumeCommand } from '../runners/coordinator/options.js';
import { renderPlan } from './dry-run.js';
import { measureRun } from './measure-run.js';
import { report } from './report.js';
import { say } from './say.js';

/** Exit status of the run. */
export async function runCommand(options: RunOptions): Promise<number> {
  if (options.resume !== undefined) return measureAndReport(await resumedRun(options.resume, options.time));
  const prepared = await planRun(options, say);
  if (!options.dryRun) return measureAndReport(await newRun(options, prepared));
  process.stdout.write(`${renderPlan(prepared.cells)}\n`);
  return 0;
}

async function measureAndReport(run: MeasurableRun): Promise<number> {
  const { interrupted, failure } = await measureRun(run, precisionRuleFor);
  const missing = await report(run.folder).then(noResult, (error: unknown) => error);
  if (interrupted !== undefined) {
    say(`stopped; continue with: ${resumeCommand(run.folder)}`);
    return interrupted;
  }
  const problem = failure ?? missing;
  if (problem === undefined) return 0;
  say(oneLine(problem), pc.red);
  return problem instanceof TouchstoneError ? exitStatus[problem.code] : exitStatus.internal;
}

/** A script that measures has to know that there is nothing to continue with. */
function noResult({ cells }: RunResults): TouchstoneError | undefined {
  if (cells.some(({ state }) => state === 'ok')) return undefined;
  return new TouchstoneError('worker', 'no cell has a result', {
    hint: `each says why above; \`${invocation('doctor')}\` says what is available here`,
  });
}
