/** `run`: plan, measure, report. */
import { basename, join, resolve } from 'node:path';
import pc from 'picocolors';
import { addOutsideAdapter } from '../adapters/discover.js';
import { exitStatus, oneLine, TouchstoneError } from '../common/errors.js';
import { runsFolder } from '../common/paths.js';
import { processKey } from '../common/run/cell.js';
import type { RunResults } from '../common/run/results.js';
import type { RunManifest } from '../common/run/run-folder.js';
import type { StoppingRule } from '../common/run/stopping-rule.js';
import { readRun } from '../reports/analyse/index.js';
import { precisionStoppingRule } from '../reports/analyse/precision.js';
import { manifestOf } from '../runners/coordinator/manifest.js';
import { type MeasureTargets, measure } from '../runners/coordinator/measure.js';
import { type RunOptions, usualBudgetMs } from '../runners/coordinator/options.js';
import { findTargets, type Prepared, prepare } from '../runners/coordinator/prepare.js';
import { findRun, newestUnfinished, newRunId } from '../runners/coordinator/run-folder.js';
import { allowedCpus } from '../runners/process/cpus.js';
import { createRunFolder } from '../runners/schedule/run-log.js';
import { renderPlan } from './dry-run.js';
import { listenForInterrupt } from './interrupt.js';
import { report } from './report.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Exit status of the run. */
export async function runCommand(options: RunOptions): Promise<number> {
  if (options.resume !== undefined) return resumeRun(options.resume, options.time);
  for (const count of options.threads) checkThreads(count);
  if (options.precision !== undefined && options.rounds !== undefined) {
    throw new TouchstoneError('usage', '--precision and --rounds both say when to stop', {
      hint: 'give one of them; --time bounds either',
    });
  }
  const prepared = await prepare(options, say);
  if (prepared.cells.length === 0) {
    throw new TouchstoneError('usage', 'nothing to measure: the selection is empty', {
      hint: 'see --dry-run',
    });
  }
  if (options.dryRun) {
    process.stdout.write(`${renderPlan(prepared.cells)}\n`);
    return 0;
  }
  const id = newRunId(new Date());
  const folder = options.out === undefined ? join(runsFolder, id) : resolve(options.out);
  const time = options.time ?? prepared.budgetMs ?? usualBudgetMs(targetsToMeasure(prepared));
  createRunFolder(folder, await manifestOf(basename(folder), { ...options, time }, prepared));
  return measureAndReport(folder, prepared);
}

/** A target with each of several thread counts is one of its own: it has processes of its own in every round. */
function targetsToMeasure({ cells }: Prepared): number {
  return new Set(cells.filter(({ decided }) => decided === null).map(processKey)).size;
}

/** More threads than processors would time the system's scheduler. */
function checkThreads(threads: number): void {
  const processors = allowedCpus().length;
  if (threads <= processors) return;
  throw new TouchstoneError('usage', `--threads ${threads} is more than the ${processors} processors here`, {
    hint: `give at most --threads ${processors}`,
  });
}

async function resumeRun(which: string | true, allowanceMs: number | undefined): Promise<number> {
  const folder = which === true ? newestUnfinished() : findRun(which);
  const { manifest } = await readRun(folder);
  if (manifest.gate) {
    throw new TouchstoneError('usage', `${folder} is the run of a gate, which is one session`, {
      hint: `begin it again with \`${manifest.command}\``,
    });
  }
  for (const path of manifest.adapters ?? []) addOutsideAdapter(path);
  const targets = manifest.targets.map(({ target }) => target);
  return measureAndReport(folder, await findTargets(targets), allowanceMs);
}

/** What ends the rounds where the user asked for a precision. */
function stoppingRuleFor(manifest: RunManifest): StoppingRule | undefined {
  const { precision } = manifest.options;
  return precision === undefined ? undefined : precisionStoppingRule(manifest, precision);
}

async function measureAndReport(
  folder: string,
  targets: MeasureTargets,
  allowanceMs?: number,
): Promise<number> {
  const interrupt = listenForInterrupt(say);
  let failure: unknown;
  try {
    await measure(folder, targets, interrupt.signal, say, allowanceMs, stoppingRuleFor);
  } catch (error) {
    failure = error;
  }
  interrupt.dispose();
  const lacking = await report(folder).then(noResult, (error: unknown) => error);
  const problem = failure ?? lacking;
  if (interrupt.exitStatus() !== undefined) {
    say(`stopped; continue with: npm run bench -- --resume ${folder}`);
    return interrupt.exitStatus() ?? exitStatus.interrupted;
  }
  if (problem === undefined) return 0;
  say(pc.red(oneLine(problem)));
  return problem instanceof TouchstoneError ? exitStatus[problem.code] : exitStatus.internal;
}

/** What a script that measures has to know: that there is nothing to go on with. */
function noResult({ cells }: RunResults): TouchstoneError | undefined {
  if (cells.some(({ state }) => state === 'ok')) return undefined;
  return new TouchstoneError('worker', 'no cell has a result', {
    hint: 'each says why above; `npm run bench -- doctor` says what is available here',
  });
}
