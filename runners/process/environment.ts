/** The environment that a worker starts with: an equal budget for everyone, set before anything is imported. */
import type { Budget, Target } from '../../adapters/adapter.js';

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
    ...target.environment(budget),
    ...extra,
  };
}
