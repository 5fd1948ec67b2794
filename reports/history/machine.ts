/**
 * Whether two runs are of the same machine: by what remains when the system is updated or restarted. The kernel's build
 * or the current clock of the processor would split a machine's history at every update.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defined } from '../../common/at.js';
import type { Machine } from '../../common/run/results.js';
import { coresText } from '../text.js';

export const stableMachine = z.object({
  cpu: z.string(),
  cores: z.number(),
  platform: z.string(),
  instructionSets: z.array(z.string()),
  /** Rounded: the memory that the system reserves for itself differs between kernels. */
  memoryGiB: z.number(),
});
export type StableMachine = z.infer<typeof stableMachine>;

export function stablePart(machine: Machine): StableMachine {
  return {
    cpu: machine.cpu.trim().replaceAll(/\s+/g, ' '),
    cores: machine.cores,
    platform: machine.platform,
    instructionSets: [...machine.instructionSets].sort(),
    memoryGiB: Math.round(defined(machine.memoryBytes, 'the memory of a machine') / 2 ** 30),
  };
}

/** Twelve digits, the same for the same machine. */
export function machineKey(machine: StableMachine): string {
  const { cpu, cores, platform, instructionSets, memoryGiB } = machine;
  const text = JSON.stringify([cpu, cores, platform, instructionSets, memoryGiB]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** `Example CPU @ 2.60GHz, 2 cores, 7 GiB, linux x64, avx2 fma` */
export function machineText({ cpu, cores, platform, instructionSets, memoryGiB }: StableMachine): string {
  const parts = [cpu, coresText(cores), `${memoryGiB} GiB`, platform];
  return [...parts, instructionSets.join(' ')].filter((part) => part !== '').join(', ');
}
