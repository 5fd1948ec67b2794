/** What machine this is: everything that a reader of the report needs to know before comparing it with another. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, release, type as systemType, totalmem } from 'node:os';
import { cpuModel } from '../../common/cpu-model.js';
import type { Machine } from '../../common/run/results.js';

/** Instruction sets that numerical kernels choose between. */
const relevant = [
  'sse4_2',
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'amx_tile',
  'asimd',
  'sve',
];

export async function readMachine(): Promise<Machine> {
  const flags = await cpuFlags();
  return {
    platform: `${systemType()} ${process.arch}`,
    cpu: cpuModel(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.versions.node,
    instructionSets: relevant.filter((name) => flags.has(name)),
  };
}

/** Empty where the system does not tell. */
async function cpuFlags(): Promise<Set<string>> {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'));
    return new Set(line?.[1]?.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}
