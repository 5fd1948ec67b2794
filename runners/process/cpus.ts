/** Which processors workers run on, and which the coordinator. */
import { availableParallelism } from 'node:os';
import { execa, execaSync } from 'execa';
import { TouchstoneError } from '../../common/errors.js';
import { capabilities } from './capabilities.js';
import { type CpuLimit, readCpuLimit } from './cpu-limit.js';
import { ownCpus } from './cpu-list.js';
import { groupMembers } from './group.js';

let limit: CpuLimit | undefined;
let allowed: readonly number[] | undefined;

/** The processor time that control groups left to this process when it started. */
export function cpuLimit(): CpuLimit {
  if (limit === undefined) limit = readCpuLimit();
  return limit;
}

/**
 * Processors that this process was allowed when it started, ascending, whatever it has been bound to since: as many as it has the
 * time of.
 */
export function allowedCpus(): readonly number[] {
  allowed ??= withinLimit(
    ownCpus() ?? Array.from({ length: availableParallelism() }, (_, index) => index),
    cpuLimit(),
  );
  return allowed;
}

/**
 * Processes that are bound to so many processors cannot use up a group's time together, for which the kernel would stop all of
 * them at once for tens of milliseconds. The last processors, since the first ones handle most interrupts.
 */
export function withinLimit(cpus: readonly number[], limit: CpuLimit): readonly number[] {
  return typeof limit === 'number' ? cpus.slice(-Math.max(1, Math.floor(limit))) : cpus;
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
  execaSync('taskset', bindingOf(process.pid, cpus), { reject: false });
}

/**
 * Binds the processes of a leader's group with all their threads, whether they are stopped or not. Does nothing where the system
 * cannot, or for an empty list.
 *
 * @throws TouchstoneError('worker') where a thread stays where it was: it would be timed on other processors than its rivals
 */
export async function bindGroup(leader: number, cpus: readonly number[]): Promise<void> {
  if (cpus.length === 0 || !capabilities().canBind) return;
  const bind = async (pid: number) => {
    const bound = await bindProcess(pid, cpus);
    // What is gone needs no processor.
    if (bound || !groupMembers(leader).includes(pid)) return;
    throw new TouchstoneError(
      'worker',
      `process ${pid} could not be bound to processors ${cpus.join(', ')}`,
      {
        hint: 'something on this machine keeps its threads elsewhere, such as a container or a job scheduler',
      },
    );
  };
  // What one of them starts before it is bound is bound nowhere: until none is new.
  const seen = new Set<number>();
  for (;;) {
    const others = groupMembers(leader).filter((pid) => !seen.has(pid));
    if (others.length === 0) return;
    await Promise.all(others.map(bind));
    for (const pid of others) seen.add(pid);
  }
}

async function bindProcess(pid: number, cpus: readonly number[]): Promise<boolean> {
  // A thread that ends while it is being bound is an error too: the second time it is gone.
  for (const _ of [1, 2]) {
    const { exitCode } = await execa('taskset', bindingOf(pid, cpus), { reject: false });
    if (exitCode === 0) return true;
  }
  return false;
}

function bindingOf(pid: number, cpus: readonly number[]): string[] {
  return ['--all-tasks', '--pid', '--cpu-list', cpus.join(','), String(pid)];
}
