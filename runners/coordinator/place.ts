/** Where the workers of a run compute: what of it can be bound and read. */
import { availableMemory } from '../../common/memory.js';
import { type Conditions, unknownConditions } from '../../common/run/results.js';
import { readConditions, readSteal, stealShareSince } from '../machine/conditions.js';
import { readProcessors } from '../machine/processors.js';
import { capabilities } from '../process/capabilities.js';
import type { CpuLimit } from '../process/cpu-limit.js';
import { allowedCpus, bindSelf, cpuLimit, splitCpus } from '../process/cpus.js';
import type { RunContext } from '../schedule/context.js';
import type { PreparedTarget } from './locate.js';

export interface Place extends Pick<RunContext, 'cpus' | 'readProcessors' | 'availableBytes'> {
  /** Binds the coordinator where it can, and says under what conditions the run begins. */
  begin(): Conditions;
  /** Share of CPU time that was taken away since the run began; null where nothing tells it. */
  stealShare(): number | null;
  /** Whether a run that ended early can go on here later. */
  readonly canResume: boolean;
}

/** @param counts thread counts of the run */
export function thisMachine(counts: readonly number[], targets: readonly PreparedTarget[]): Place {
  const steal = readSteal();
  return {
    begin() {
      const cpus = splitCpus(Math.max(...counts));
      bindSelf(cpus.coordinator);
      return { ...readConditions(), ...conditionsOf(cpus, targets) };
    },
    cpus: {
      worker: (threads) => splitCpus(threads).workers,
      all: allowedCpus(),
      giveWay(threads) {
        // With one count it stays where it was put.
        if (counts.length > 1) bindSelf(splitCpus(threads).coordinator);
      },
    },
    readProcessors: (threads) => readProcessors(splitCpus(threads).workers),
    availableBytes: availableMemory,
    stealShare: () => stealShareSince(steal),
    canResume: true,
  };
}

function conditionsOf(cpus: ReturnType<typeof splitCpus>, targets: readonly PreparedTarget[]) {
  return {
    workerCpus: [...cpus.workers],
    coordinatorCpus: [...cpus.coordinator],
    bound: capabilities().canBind,
    ...limitOf(cpuLimit()),
    paused: targets.every(({ host, target }) => host.canPause(target.device)),
  };
}

function limitOf(limit: CpuLimit) {
  return limit === null ? {} : { cpuLimit: limit };
}

/** A visitor's browser: it shows none of its processors, and its frames are no processes. One frame is awake at a time. */
export const visitorsBrowser: Place = {
  begin: () => unknownConditions,
  cpus: { worker: () => [], all: [], giveWay: () => undefined },
  readProcessors: () => ({ stolenTicks: null, pressureNs: null, mhz: null }),
  // Nothing is refused for memory that nobody knows of.
  availableBytes: () => Number.POSITIVE_INFINITY,
  stealShare: () => null,
  canResume: false,
};
