/** What was asked for and planned, as `manifest.json` keeps it. */
import { firstDevice } from '../../common/run/device.js';
import type { RunManifest } from '../../common/run/run-folder.js';
import { runVersion } from '../../common/run/version.js';
import { carrierOf } from '../hosts/carrier.js';
import { readMachine } from '../machine/machine.js';
import { commandOf, type TimedOptions } from './options.js';
import { plannedAdapters } from './outside-adapters.js';
import type { Prepared } from './prepare.js';
import { touchstoneVersion } from './version.js';

export async function manifestOf(
  id: string,
  options: TimedOptions,
  prepared: Prepared,
): Promise<RunManifest> {
  return {
    version: runVersion,
    id,
    touchstone: await touchstoneVersion(),
    startedAt: new Date().toISOString(),
    command: commandOf(options),
    options: {
      suite:
        options.model === undefined && options.workload === undefined ? (options.suite ?? 'smoke') : null,
      seed: options.seed,
      threads: threadsOption(options.threads),
      rounds: options.rounds ?? null,
      budgetMs: options.time,
      deadlineMs: options.deadline,
      ...(options.verify ? { verify: true as const } : {}),
      ...(options.precision === undefined ? {} : { precision: options.precision }),
    },
    machine: readMachine(),
    workloads: distinct(prepared.workloads),
    targets: prepared.targets.map(({ framework, target, alias }) => ({
      target: alias ?? target.name,
      framework: framework.title,
      host: target.host,
      ...(carrierOf(target) === target.host ? {} : { place: carrierOf(target) }),
      device: firstDevice(target.device),
      summary: target.summary,
      ...(framework.isDiscontinued ? { isDiscontinued: true as const } : {}),
    })),
    cells: [...prepared.cells],
    ...plannedAdapters(),
    artefacts: { ...prepared.artefacts },
    costs: { ...prepared.costs },
  };
}

/** One number where there is one, as ever. */
function threadsOption(counts: readonly number[]): RunManifest['options']['threads'] {
  const [only] = counts;
  return only !== undefined && counts.length === 1 ? only : [...counts];
}

/** A workload at several lengths is one. */
function distinct(workloads: Prepared['workloads']): Prepared['workloads'] {
  return [...new Map(workloads.map((workload) => [workload.name, workload])).values()];
}
