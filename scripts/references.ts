/**
 * `npm run references`: makes the committed references of all workloads again, in the pinned reference environment.
 * To be run whenever a workload's weights, inputs or training settings change.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEnvironment } from '../runners/provision/environments.js';
import { discoverWorkloads } from '../suites/discover.js';
import { unreferencedArtefact } from '../suites/onnx/artefact.js';
import { artefactFiles } from '../suites/onnx/artefact-manifest.js';
import { committedPath, committedSeed, computeReference } from '../suites/onnx/reference.js';

const report = (line: string) => process.stdout.write(`${line}\n`);
const python = async () => (await ensureEnvironment('reference-training', { report })).python;

for (const workload of await discoverWorkloads()) {
  for (const mode of workload.modes) {
    for (const batch of workload.batches) {
      const folder = await mkdtemp(join(tmpdir(), 'touchstone-reference-'));
      await unreferencedArtefact(workload, mode, batch, committedSeed, folder);
      const by = await computeReference(folder, mode, python, `${workload.name} at batch ${batch}`);
      const path = committedPath(workload.name, mode, batch);
      await copyFile(join(folder, artefactFiles.expected), path);
      await rm(folder, { recursive: true });
      process.stdout.write(`${path}: ${by}\n`);
    }
  }
}
