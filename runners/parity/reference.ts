/** Reads from an artefact what its cells are compared with. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellIdentity } from '../../common/run/cell.js';
import { artefactFiles, artefactManifest } from '../../model/artefact/manifest.js';
import { graph as graphSchema, type Tensors } from '../../model/graph.js';
import { readTensors } from '../../model/safetensors.js';
import { type CheckTolerance, elementTolerance, toleranceFor } from '../../model/tolerance.js';
import type { Mode, Optimiser } from '../../model/workload.js';

/** What the parity check and the audits compare with. */
export interface Reference {
  readonly mode: Mode;
  readonly buffers: number;
  readonly steps: number;
  /** Whether an iteration is a loop of runs. */
  readonly generates: boolean;
  readonly expected: Tensors;
  readonly optimiser?: Optimiser;
  readonly weights: Tensors;
  readonly tolerance: CheckTolerance;
}

/** What a cell's results may differ by: as its workload declares it, for the arithmetic and the device of the cell. */
export function cellTolerance(
  { tolerance }: Pick<Reference, 'tolerance'>,
  { precision, device }: Pick<CellIdentity, 'precision' | 'device'>,
): CheckTolerance {
  return toleranceFor(tolerance, precision, device.kind);
}

/** @param folder of the artefact */
export async function loadReference(folder: string): Promise<Reference> {
  const read = async (file: keyof typeof artefactFiles): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, artefactFiles[file]), 'utf8'));
  const manifest = artefactManifest.parse(await read('manifest'));
  const graph = graphSchema.parse(await read('graph'));
  return {
    mode: manifest.mode,
    buffers: manifest.buffers,
    steps: manifest.training?.steps ?? 0,
    generates: manifest.generation !== undefined,
    expected: await readTensors(join(folder, artefactFiles.expected)),
    ...(manifest.training ? { optimiser: manifest.training.optimiser } : {}),
    weights: await readTensors(join(folder, artefactFiles.weights)),
    tolerance: { ...manifest.tolerance, elements: elementTolerance(graph) },
  };
}
