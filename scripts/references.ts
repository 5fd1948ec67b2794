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
import { committedPath, computeReference } from '../suites/onnx/reference.js';

/** As in `cli/prepare.ts`: weights and inputs do not follow `--seed`. */
const dataSeed = 0;
const python = async () => (await ensureEnvironment('reference-training')).python;

for (const workload of await discoverWorkloads()) {
  for (const mode of workload.modes) {
    for (const batch of workload.batches) {
      const folder = await mkdtemp(join(tmpdir(), 'touchstone-reference-'));
      await unreferencedArtefact(workload, mode, batch, dataSeed, folder);
      const by = await computeReference(folder, mode, python, `${workload.name} at batch ${batch}`);
      const path = committedPath(workload.name, mode, batch);
      await copyFile(join(folder, artefactFiles.expected), path);
      await rm(folder, { recursive: true });
      process.stdout.write(`${path}: ${by}\n`);
    }
  }
}
