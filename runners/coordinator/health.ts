/** The health of every target of this machine, each asked in a worker of its own. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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

const deadlineMs = 120_000;

export interface Health {
  readonly machine: Machine;
  readonly cpuLimit: CpuLimit;
  readonly targets: readonly TargetHealth[];
}

/** @param installed then no framework is started: what is installed is reported, not the effective settings */
export async function examineTargets({ installed }: { readonly installed: boolean }): Promise<Health> {
  const scratch = await temporaryFolder('doctor');
  try {
    const targets = await doctor(await discoverFrameworks(), installed ? undefined : askIn(scratch));
    return { machine: readMachine(), cpuLimit: cpuLimit(), targets };
  } finally {
    await closeHosts();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** With one thread, as a run would start it. */
function askIn(scratch: string): Ask {
  return async (target, executable) => {
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
