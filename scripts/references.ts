/**
 * `npm run references`: computes the committed references of the smoke suite and of the conformance cases again, in the pinned
 * reference environments. Run it whenever weights, inputs or training settings change. References of all other workloads are
 * computed on first use and kept under `.touchstone/cache`.
 *
 * Option: `-- --only conformance`, or `workloads`.
 */
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { projectRoot } from '../common/paths.js';
import { unreferencedArtefact } from '../model/artefact/artefact.js';
import { artefactFiles } from '../model/artefact/manifest.js';
import type { Tensor } from '../model/graph.js';
import { committedPath, committedSeed, computeReference } from '../model/reference/reference.js';
import { readTensors, writeTensors } from '../model/safetensors.js';
import { batchesOf, type Mode, selectionsOf, type Workload } from '../model/workload.js';
import { ensureEnvironment } from '../runners/provision/environments.js';
import {
  conformanceCases,
  conformanceReferences,
  unreferencedCase,
} from '../suites/conformance/conformance-cases.js';
import { discoverWorkloads } from '../suites/discover.js';
import smoke from '../suites/smoke.suite.js';

const report = (line: string) => process.stdout.write(`${line}\n`);
const python = async () => (await ensureEnvironment('reference-training', { report })).python;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
if (values.only !== 'conformance') await makeWorkloads();
if (values.only !== 'workloads') await makeConformance();

async function makeWorkloads(): Promise<void> {
  const workloads = await discoverWorkloads();
  const committed = selectionsOf(smoke).map(({ workload }) => workload);
  for (const workload of workloads.filter(({ name }) => committed.includes(name))) {
    for (const mode of workload.modes) {
      for (const batch of batchesOf(workload, mode)) await makeWorkload(workload, mode, batch);
    }
  }
}

async function makeWorkload(workload: Workload, mode: Mode, batch: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-reference-'));
  await unreferencedArtefact(workload, mode, batch, committedSeed, folder);
  const by = await computeReference(folder, mode, python, `${workload.name} at batch ${batch}`);
  const path = committedPath(workload.name, mode, batch);
  await copyFile(join(folder, artefactFiles.expected), path);
  await rm(folder, { recursive: true });
  report(`${path}: ${by}`);
}

/** Evaluates all cases in one process and writes one file, in which names start with the artefact's id. */
async function makeConformance(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'touchstone-reference-'));
  const ids: string[] = [];
  for (const testCase of conformanceCases()) {
    const { folder, manifest } = await unreferencedCase(testCase);
    await cp(folder, join(root, manifest.id), { recursive: true });
    ids.push(manifest.id);
  }
  const environment = await ensureEnvironment('reference', { report });
  await execa(environment.python, ['-m', 'touchstone_bridge.reference', 'conformance', root], {
    env: { PYTHONPATH: join(projectRoot, 'python-bridge'), OMP_NUM_THREADS: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const tensors: Record<string, Tensor> = {};
  for (const id of ids) {
    const expected = await readTensors(join(root, id, artefactFiles.expected));
    for (const [name, tensor] of Object.entries(expected)) tensors[`${id}/${name}`] = tensor;
  }
  await writeTensors(conformanceReferences, tensors);
  await rm(root, { recursive: true });
  report(`${conformanceReferences}: ${ids.length} cases`);
}
