/** The target that a worker was asked to be. */
import { isNodeTarget, type NodeTarget } from '../../../adapters/adapter.js';
import { findTarget } from '../../../adapters/discover.js';
import { TouchstoneError } from '../../../common/errors.js';

export async function findNodeTarget(name: string): Promise<NodeTarget> {
  const { target } = await findTarget(name);
  if (!isNodeTarget(target)) throw new TouchstoneError('internal', `${name} does not run in a Node worker`);
  return target;
}
