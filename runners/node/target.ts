/** The target that a worker was asked to be. */
import type { NodeTarget } from '../../adapters/adapter.js';
import { findTarget, loadFramework } from '../../adapters/discover.js';
import { TouchstoneError } from '../../common/errors.js';

/** TOUCHSTONE_ADAPTER names one adapter file, inside the tree or outside it, to be taken instead of `adapters/`. */
export async function findNodeTarget(name: string): Promise<NodeTarget> {
  const file = process.env.TOUCHSTONE_ADAPTER;
  const target = file === undefined ? (await findTarget(name)).target : await targetIn(file, name);
  if (target.host !== 'node') throw new TouchstoneError('internal', `${name} does not run in a Node worker`);
  return target;
}

async function targetIn(file: string, name: string) {
  const framework = await loadFramework(file);
  const target = framework.targets.find((candidate) => candidate.name === name);
  if (!target) throw new TouchstoneError('usage', `there is no target ${name} in ${file}`);
  return target;
}
