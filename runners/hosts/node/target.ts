/** The target that a worker was asked to be. */
import { isNodeTarget, type NodeTarget } from '../../../adapters/adapter.js';
import { findTarget } from '../../../adapters/discover.js';
import { TouchstoneError } from '../../../common/errors.js';
import { packagesRoot } from '../packages.js';
import { importFrom } from './import-from.js';

/** One at another version than the pinned one imports its packages from a folder of their own from now on. */
export async function findNodeTarget(name: string): Promise<NodeTarget> {
  const { target } = await findTarget(name);
  if (!isNodeTarget(target)) throw new TouchstoneError('internal', `${name} does not run in a Node worker`);
  if (target.version !== undefined) importFrom(packagesRoot(target), target.packages);
  return target;
}
