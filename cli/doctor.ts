/** `doctor`: what is available on this machine, and what mends the rest. */
import { discoverFrameworks } from '../adapters/discover.js';
import { doctor, renderDoctor } from '../runners/environment/doctor.js';

export async function doctorCommand(options: { json?: true }): Promise<number> {
  const health = await doctor(await discoverFrameworks());
  process.stdout.write(options.json ? `${JSON.stringify(health, null, 2)}\n` : `${renderDoctor(health)}\n`);
  return 0;
}
