/** What machine this is: everything that a reader of the report needs to know before comparing it with another. */
import { release, type as systemType, totalmem } from 'node:os';
import { cpuFlags, cpuModel } from '../../common/cpu-model.js';
import type { Machine } from '../../common/run/results.js';
import { allowedCpus } from '../process/cpus.js';

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

export function readMachine(): Machine {
  const flags = new Set(cpuFlags());
  return {
    platform: `${systemType()} ${process.arch}`,
    cpu: cpuModel(),
    cores: allowedCpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.versions.node,
    instructionSets: relevant.filter((name) => flags.has(name)),
  };
}
