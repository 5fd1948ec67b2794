/** Reads from an artefact what its cells are compared with. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artefactFiles, artefactManifest } from '../../model/artefact/manifest.js';
import { readTensors } from '../../model/safetensors.js';
import type { Reference } from '../schedule/context.js';

/** @param folder of the artefact */
export async function loadReference(folder: string): Promise<Reference> {
  const text = await readFile(join(folder, artefactFiles.manifest), 'utf8');
  const manifest = artefactManifest.parse(JSON.parse(text));
  return {
    mode: manifest.mode,
    buffers: manifest.buffers,
    steps: manifest.training?.steps ?? 0,
    generates: manifest.generation !== undefined,
    expected: await readTensors(join(folder, artefactFiles.expected)),
    ...(manifest.training ? { optimiser: manifest.training.optimiser } : {}),
    weights: await readTensors(join(folder, artefactFiles.weights)),
    tolerance: manifest.tolerance,
  };
}
