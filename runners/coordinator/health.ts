/** The health of every target of this machine, each asked in a worker of its own. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { temporaryFolder } from '../../common/files.js';
import { firstDevice } from '../../common/run/device.js';
import type { Machine } from '../../common/run/results.js';
import { startDescribed } from '../hosts/described.js';
import { closeHosts } from '../hosts/discover.js';
import { type Ask, doctor, type TargetHealth } from '../machine/doctor.js';
import { readMachine } from '../machine/machine.js';
import type { CpuLimit } from '../process/cpu-limit.js';
import { cpuLimit } from '../process/cpus.js';
import { chooseTargets } from './choose-targets.js';

const deadlineMs = 120_000;

export interface Health {
  readonly machine: Machine;
  readonly cpuLimit: CpuLimit;
  readonly targets: readonly TargetHealth[];
}

export interface Examination {
  /** Then no framework is started: what is installed is reported, not the effective settings. */
  readonly installed: boolean;
  /** Names and patterns; without them all are reported, of which those of a run without `--targets` are started. */
  readonly targets?: readonly string[];
  /** Told of all that are being asked, whenever that changes. */
  readonly onAsking?: (names: readonly string[]) => void;
}

/** @throws TouchstoneError('usage') for a pattern that no target matches */
export async function examineTargets({
  installed,
  targets: patterns,
  onAsking = () => undefined,
}: Examination): Promise<Health> {
  const { chosen } = await chooseTargets(patterns, 'default');
  const names = new Set(chosen.map(({ name }) => name));
  const all = patterns
    ? chosen.map(({ framework, target }) => ({ ...framework, targets: [target] }))
    : undefined;
  const scratch = await temporaryFolder('doctor');
  try {
    const ask = installed
      ? undefined
      : telling(
          askIn(scratch, ({ name }) => names.has(name)),
          ({ name }) => names.has(name),
          onAsking,
        );
    const targets = await doctor(all ?? (await discoverFrameworks()), ask);
    return { machine: readMachine(), cpuLimit: cpuLimit(), targets };
  } finally {
    await closeHosts();
    await rm(scratch, { recursive: true, force: true });
  }
}

function telling(
  ask: Ask,
  isAsked: (target: Target) => boolean,
  onAsking: (names: readonly string[]) => void,
): Ask {
  const asked = new Set<string>();
  return async (target, executable) => {
    if (!isAsked(target)) return ask(target, executable);
    asked.add(target.name);
    onAsking([...asked]);
    try {
      return await ask(target, executable);
    } finally {
      asked.delete(target.name);
      onAsking([...asked]);
    }
  };
}

/** With one thread, as a run would start it. */
function askIn(scratch: string, isAsked: (target: Target) => boolean): Ask {
  return async (target, executable) => {
    if (!isAsked(target)) return undefined;
    const logFile = join(scratch, `${target.name.replaceAll('/', '-')}.log`);
    const { worker, description } = await startDescribed({
      target,
      budget: { threads: 1, cpus: [], device: firstDevice(target.device) },
      logFile,
      deadlineMs,
      ...(executable === undefined ? {} : { executable }),
    });
    await worker.kill();
    return description;
  };
}
