/** The environment that a worker starts with: an equal budget for everyone, set before anything is imported. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Budget, Target } from '../../adapters/adapter.js';
import { cpuFlags, cpuModel } from '../../common/cpu-model.js';
import { stateFolder } from '../../common/paths.js';

/** Thread counts of the numeric libraries that frameworks are built on. */
const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'GOTO_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
];

/** A user's own settings of these would move a worker's threads away from the processors that it is given. */
const affinityVariables = [
  'GOMP_CPU_AFFINITY',
  'KMP_AFFINITY',
  'KMP_HW_SUBSET',
  'OMP_PLACES',
  'OMP_PROC_BIND',
];

let cache: string | undefined;

/** What was compiled for one kind of processor may not run on another, such as the next virtual machine of a pool. */
function compilerCache(): string {
  const digest = () =>
    createHash('sha256')
      .update([cpuModel(), ...cpuFlags()].join(' '))
      .digest('hex');
  cache ??= join(stateFolder, 'cache', 'compilers', digest().slice(0, 12));
  return cache;
}

/**
 * The user's environment, then the budget, then the host's settings, then the target's, then `extra`.
 *
 * @returns the whole environment of the child
 */
export function workerEnvironment(
  target: Target,
  budget: Budget,
  host: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const inherited = { ...process.env };
  for (const name of affinityVariables) delete inherited[name];
  const threads = Object.fromEntries(threadVariables.map((name) => [name, String(budget.threads)]));
  return {
    ...inherited,
    ...threads,
    // A library that takes fewer threads on a busy machine would not have the budget of the other targets.
    OMP_DYNAMIC: 'FALSE',
    MKL_DYNAMIC: 'FALSE',
    NVIDIA_TF32_OVERRIDE: '0',
    ...host,
    ...target.environment(budget, compilerCache()),
    ...extra,
  };
}
