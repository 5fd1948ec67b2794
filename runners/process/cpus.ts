/** Which processors workers run on, and which the coordinator. */
import { availableParallelism } from 'node:os';
import { execaSync } from 'execa';
import { capabilities } from './capabilities.js';
import { ownCpus } from './cpu-list.js';

let allowed: readonly number[] | undefined;

/** Processors that this process was allowed when it started, ascending, whatever it has been bound to since. */
export function allowedCpus(): readonly number[] {
  allowed ??= ownCpus() ?? Array.from({ length: availableParallelism() }, (_, index) => index);
  return allowed;
}

export interface CpuSplit {
  /** For workers, as many as there are threads where there are enough; empty where the system cannot bind. */
  readonly workers: readonly number[];
  /** For the coordinator: the rest, or all when nothing is left. */
  readonly coordinator: readonly number[];
}

/**
 * Workers get the last processors: the first ones handle most interrupts.
 *
 * @param cpus what there is to split
 */
export function splitCpus(threads: number, cpus: readonly number[] = allowedCpus()): CpuSplit {
  if (!capabilities().canBind) return { workers: [], coordinator: [] };
  const workers = cpus.slice(-threads);
  const rest = cpus.slice(0, cpus.length - workers.length);
  return { workers, coordinator: rest.length > 0 ? rest : cpus };
}

/** Binds this process with all its threads. Does nothing where the system cannot, or for an empty list. */
export function bindSelf(cpus: readonly number[]): void {
  if (cpus.length === 0 || !capabilities().canBind) return;
  // What was allowed must be known before it is narrowed.
  allowedCpus();
  const pid = String(process.pid);
  execaSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cpus.join(','), pid], { reject: false });
}
