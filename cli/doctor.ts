/** `doctor`: what is available on this machine, and how to fix the rest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverFrameworks } from '../adapters/discover.js';
import { startDescribed } from '../runners/hosts/described.js';
import { closeHosts } from '../runners/hosts/discover.js';
import { type Ask, doctor, renderDoctor } from '../runners/machine/doctor.js';
import { readMachine } from '../runners/machine/machine.js';

const deadlineMs = 120_000;

export async function doctorCommand(options: { json?: true; installed?: true }): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'touchstone-doctor-'));
  try {
    const health = await doctor(await discoverFrameworks(), options.installed ? undefined : asking(scratch));
    const machine = await readMachine();
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ machine, targets: health }, null, 2)}\n`
        : `${renderDoctor(health)}\ndevices: ${machine.cores} processors of ${machine.cpu} (${machine.instructionSets.join(', ')}); no target computes elsewhere yet\n`,
    );
    return 0;
  } finally {
    await closeHosts();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** In its own worker, with one thread, as a run would start it. */
function asking(scratch: string): Ask {
  const budget = { threads: 1, cpus: [] };
  return async (target, executable) => {
    const logFile = join(scratch, `${target.name.replaceAll('/', '-')}.log`);
    const { worker, description } = await startDescribed({
      target,
      budget,
      logFile,
      deadlineMs,
      ...(executable === undefined ? {} : { executable }),
    });
    await worker.kill();
    const { versions, configuration } = description;
    return { versions, configuration: configuration as Awaited<ReturnType<Ask>>['configuration'] };
  };
}
