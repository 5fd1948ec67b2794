/** Pairs of a Python target: `touchstone_bridge.measure` in the interpreter of the target's environment. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPythonTarget } from '../../../adapters/adapter.js';
import { defined } from '../../../common/at.js';
import { projectRoot } from '../../../common/paths.js';
import { loadGraph } from '../../../model/artefact/load-model.js';
import { pythonVariables } from '../../../runners/hosts/python/index.js';
import { workerEnvironment } from '../../../runners/process/environment.js';
import type { PairsProgram } from '../paired.js';

const program: PairsProgram = async ({ target, executable }, { folder, mode }, parameters, budget) => {
  if (!isPythonTarget(target)) throw new Error(`${target.name} is no Python target`);
  const python = defined(executable, `the interpreter of ${target.name}`);
  const planned = target.plan?.(await loadGraph(folder), mode);
  return {
    command: [
      ...[python, '-m', 'touchstone_bridge.measure', ...parameters, target.module],
      ...(planned === undefined ? [] : [await written(planned)]),
    ],
    environment: workerEnvironment(target, budget, pythonVariables(projectRoot)),
  };
};
export default program;

async function written(plan: unknown): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'touchstone-')), 'plan.json');
  await writeFile(file, JSON.stringify(plan));
  return file;
}
