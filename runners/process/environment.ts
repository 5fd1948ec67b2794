/** The environment that a worker starts with: an equal budget for everyone, set before anything is imported. */
import { join } from 'node:path';
import type { Budget, Target } from '../../adapters/adapter.js';
import { projectRoot, stateFolder } from '../../common/paths.js';

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
 * The user's environment, then the budget, then the target's own settings, then `extra`.
 *
 * @returns the whole environment of the child
 */
export function workerEnvironment(
  target: Target,
  budget: Budget,
  extra: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const inherited = { ...process.env };
  for (const name of affinityVariables) delete inherited[name];
  const threads = Object.fromEntries(threadVariables.map((name) => [name, String(budget.threads)]));
  return {
    ...inherited,
    ...threads,
    // A library that takes fewer threads when the machine is busy would not be given what its rivals are.
    OMP_DYNAMIC: 'FALSE',
    MKL_DYNAMIC: 'FALSE',
    NVIDIA_TF32_OVERRIDE: '0',
    ...(target.host === 'python' ? pythonVariables : {}),
    ...target.environment(budget),
    ...extra,
  };
}

/** Bytecode stays cached, as for any user: compiling a framework's modules anew would show as its import time. */
const pythonVariables = {
  PYTHONPATH: join(projectRoot, 'python-bridge'),
  /** Only the pinned environment, never packages of the user's home or of the working folder. */
  PYTHONNOUSERSITE: '1',
  PYTHONSAFEPATH: '1',
  /** What TorchInductor builds: once for a machine, as for any user, and inside the project. */
  TORCHINDUCTOR_CACHE_DIR: join(stateFolder, 'cache', 'inductor'),
  /** The last words of a killed process reach the log. */
  PYTHONUNBUFFERED: '1',
};
