/** `run`: plan, measure, report. */
import pc from 'picocolors';
import { exitStatus, oneLine, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import { readRun } from '../common/run/read-run.js';
import type { RunResults } from '../common/run/results.js';
import { precisionRuleFor } from '../reports/analyse/precision.js';
import { checkExports, type RunExportPaths } from '../reports/exports/index.js';
import { expectationOf } from '../runners/coordinator/expectation.js';
import type { MeasurableRun } from '../runners/coordinator/measure.js';
import { measuredMs } from '../runners/coordinator/measured-time.js';
import { newRun, plannedManifest, planRun, resumedRun } from '../runners/coordinator/new-run.js';
import { type RunOptions, resumeCommand } from '../runners/coordinator/options.js';
import { renderExpectation, renderPlan, renderResume } from './dry-run.js';
import { measureRun } from './measure-run.js';
import { report } from './report.js';
import { say } from './say.js';

/** Exit status of the run. */
export async function runCommand(options: RunOptions & RunExportPaths): Promise<number> {
  checkExports(options);
  if (options.resume !== undefined) {
    const run = await resumedRun(options.resume, options.time);
    return options.dryRun ? showResume(run) : measureAndReport(run, options);
  }
  const prepared = await planRun(options, say);
  if (!options.dryRun) return measureAndReport(await newRun(options, prepared), options);
  const expected = await expectationOf(await plannedManifest('', options, prepared), prepared);
  process.stdout.write(`${renderPlan(prepared.cells)}\n${renderExpectation(expected)}\n`);
  return 0;
}

/** Nothing is written. */
async function showResume({ folder, allowanceMs }: MeasurableRun): Promise<number> {
  const { manifest, events } = await readRun(folder);
  const leftMs = allowanceMs ?? manifest.options.budgetMs - measuredMs(events);
  process.stdout.write(`${renderResume(manifest, events, leftMs, folder)}\n`);
  return 0;
}

async function measureAndReport(run: MeasurableRun, paths: RunExportPaths): Promise<number> {
  const { interrupted, failure } = await measureRun(run, precisionRuleFor);
  const missing = await report(run.folder, paths).then(noResult, (error: unknown) => error);
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
