/** A model in a file of its own, and what targets make of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTarget } from '../../adapters/discover.js';
import { type Artefact, modelArtefact } from '../../model/artefact/artefact.js';
import { type Outcome, verifyEach } from '../../runners/conformance/verify.js';
import { targetAvailability } from '../../runners/hosts/availability.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { temporaryFolder } from '../e2e/command.js';

export async function artefactOf(name: string, bytes: Uint8Array): Promise<Artefact> {
  const path = join(await temporaryFolder(), `${name}.onnx`);
  await writeFile(path, bytes);
  const python = async () => (await ensureEnvironment('reference', {})).python;
  const request = { name, path, shapes: {}, ranges: {}, data: [], seed: 0, memoryBytes: 2 ** 30 };
  return modelArtefact(request, python);
}

/** @throws where the target is not available */
export async function verifiedOn(name: string, artefact: Artefact): Promise<Outcome | undefined> {
  const { target } = await findTarget(name);
  const health = await targetAvailability(target);
  if (!health.available) throw new Error(`${name} is not available: ${health.reason}`);
  const [outcome] = await verifyEach(target, health.executable, [artefact], (item, verify) => verify(item));
  return outcome;
}
