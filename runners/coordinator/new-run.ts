/** From what was asked for to a run folder that can be measured: a new run, one that goes on, or a gate. */
import { basename, join, resolve } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';
import { runsFolder } from '../../common/paths.js';
import { findRun, newestUnfinished, newRunId } from '../../common/run/locate.js';
import type { Say } from '../../common/run/observer.js';
import { readRun } from '../../common/run/read-run.js';
import type { RunManifest } from '../../common/run/run-folder.js';
import { runVersion } from '../../common/run/version.js';
import { defaultPrecision } from '../../common/statistics/precision.js';
import { counted, differences, listed } from '../../common/text.js';
import { readMachine } from '../machine/machine.js';
import { allowedCpus, cpuLimit } from '../process/cpus.js';
import { createRunFolder, requireUnused } from '../schedule/run-log.js';
import { prepareGate } from './gate-subjects.js';
import { findTargets } from './locate.js';
import { manifestOf } from './manifest.js';
import type { MeasurableRun } from './measure.js';
import { commandOf, defaultBudgetMs, type RunOptions } from './options.js';
import { requireAdapters } from './outside-adapters.js';
import { type Prepared, prepare } from './prepare.js';
import { touchstoneVersion } from './version.js';

/**
 * Three roles for every target, and up to fifty rounds, of which each costs the imports of all; most gates end long before, since
 * what the screen settles is not measured again.
 */
function gateBudgetMs(subjects: number): number {
  return 390_000 + 180_000 * Math.max(0, subjects - 5);
}

/** Every cell that the options select, with why where one will not run. @throws TouchstoneError('usage') */
export async function planRun(options: RunOptions, say: Say): Promise<Prepared> {
  for (const count of options.threads) checkThreads(count);
  // Before anything is installed or computed.
  if (options.out !== undefined) requireUnused(resolve(options.out));
  if (options.precision !== undefined && options.rounds !== undefined) {
    throw new TouchstoneError('usage', '--precision and --rounds both say when to stop', {
      hint: 'give one of them; --time bounds either',
    });
  }
  const prepared = await prepare(options, say);
  requireCells(prepared, 'measure', 'see --dry-run');
  return prepared;
}

/**
 * Makes the run folder of a plan.
 *
 * @param told what its manifest says otherwise than for a run of this machine
 */
export async function newRun(
  options: RunOptions,
  prepared: Prepared,
  told: Partial<RunManifest> = {},
): Promise<MeasurableRun> {
  const folder = options.out === undefined ? join(runsFolder, newRunId(new Date())) : resolve(options.out);
  const manifest = await plannedManifest(basename(folder), options, prepared);
  createRunFolder(folder, { ...manifest, ...told });
  return { folder, targets: prepared };
}

/** What the run folder of a plan begins with. */
export function plannedManifest(id: string, options: RunOptions, prepared: Prepared): Promise<RunManifest> {
  const time = options.time ?? prepared.budgetMs ?? defaultBudgetMs;
  // Without a number of rounds they go to what is not decided.
  const rule = options.rounds === undefined ? { precision: options.precision ?? defaultPrecision } : {};
  return manifestOf(id, { ...options, ...rule, time }, prepared);
}

/**
 * @param which a run folder, the name of one, or true for the newest that did not finish
 * @param allowanceMs measuring time; what is left of the run's own by default
 */
export async function resumedRun(which: string | true, allowanceMs?: number): Promise<MeasurableRun> {
  const folder = which === true ? newestUnfinished() : findRun(which);
  const { manifest, version } = await readRun(folder);
  if (version < runVersion) {
    throw new TouchstoneError(
      'usage',
      `${folder} was begun by an older Touchstone (run format ${version}): it can be reported and compared, not continued`,
      { hint: `begin it again with \`${manifest.command}\`` },
    );
  }
  if (manifest.gate) {
    throw new TouchstoneError('usage', `${folder} is the run of a gate, which is one session`, {
      hint: `begin it again with \`${manifest.command}\``,
    });
  }
  if (manifest.machine.browser !== undefined) {
    throw new TouchstoneError(
      'usage',
      `${folder} was measured in the browser of a visitor, whose page is gone`,
      {
        hint: `begin a new run with \`${manifest.command}\``,
      },
    );
  }
  await refuseElsewhere(manifest, folder);
  requireAdapters(manifest, folder);
  const targets = await findTargets(manifest.targets.map(({ target }) => target));
  return { folder, targets, ...(allowanceMs === undefined ? {} : { allowanceMs }) };
}

/** What another machine or another commit measures does not belong to what there is. @throws TouchstoneError('usage') */
async function refuseElsewhere({ machine, touchstone, command }: RunManifest, folder: string): Promise<void> {
  const hint = `begin it again with \`${command}\``;
  const here = readMachine();
  const told = ({ cpu, cores, kernel, node }: typeof machine) => ({
    cpu,
    cores: String(cores),
    kernel,
    node,
  });
  const changed = differences(told(machine), told(here));
  if (changed.length > 0) {
    throw new TouchstoneError('usage', `${folder} was begun on another machine: ${listed(changed)}`, {
      hint,
    });
  }
  const { commit } = await touchstoneVersion();
  if (commit === touchstone.commit) return;
  throw new TouchstoneError(
    'usage',
    `${folder} was begun by another commit of Touchstone (${touchstone.commit ?? 'none'}, here ${commit ?? 'none'})`,
    { hint },
  );
}

/**
 * A run that measures both sides of a gate in one session, interleaved, with the baseline's second copy beside them.
 *
 * @param candidate another commit that is judged in place of this checkout
 * @throws TouchstoneError where the sides cannot be set up or the selection is empty
 */
export async function newGate(
  against: string,
  options: RunOptions,
  say: Say,
  candidate?: string,
): Promise<MeasurableRun> {
  if (options.out !== undefined) requireUnused(resolve(options.out));
  const { prepared, plan } = await prepareGate(against, options, say, candidate);
  requireCells(prepared, 'gate', `see \`${invocation('list')}\``);
  const folder =
    options.out === undefined ? join(runsFolder, `gate-${newRunId(new Date())}`) : resolve(options.out);
  const subjects = plan.subjects.length * options.threads.length;
  const timed = { ...options, time: options.time ?? gateBudgetMs(subjects) };
  const manifest = await manifestOf(basename(folder), timed, prepared);
  const command = commandOf(timed, ['gate', '--against', against]);
  createRunFolder(folder, { ...manifest, command, gate: plan });
  return { folder, targets: prepared };
}

/** @throws TouchstoneError('usage') where there is nothing to do */
export function requireCells({ cells }: Prepared, verb: string, hint: string): void {
  if (cells.length > 0) return;
  throw new TouchstoneError('usage', `nothing to ${verb}: the selection is empty`, { hint });
}

/** More threads than processors would time the system's scheduler. */
function checkThreads(threads: number): void {
  const processors = allowedCpus().length;
  if (threads <= processors) return;
  const limit = cpuLimit();
  const why = typeof limit === 'number' ? `, where a control group leaves the time of ${limit}` : '';
  const here = `${counted(processors, 'processor')} here${why}`;
  throw new TouchstoneError('usage', `--threads ${threads} is more than the ${here}`, {
    hint: `give --threads ${processors} or fewer`,
  });
}
