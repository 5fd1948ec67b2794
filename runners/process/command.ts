/** The command line of a worker process. */
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { TouchstoneError } from '../../common/errors.js';
import { projectRoot } from '../../common/paths.js';
import { bindTo, capabilities, dieWithParent } from './capabilities.js';

/**
 * The target's own program.
 *
 * @param python interpreter of the target's environment, for targets that live in one
 * @param root of the checkout whose program it is
 */
export function programOf(target: Target, python: string | undefined, root = projectRoot): string[] {
  if (target.host === 'node') return [process.execPath, join(root, 'build', 'runners', 'node', 'worker.js')];
  if (python === undefined) {
    throw new TouchstoneError('worker', `${target.name} needs a Python interpreter and was given none`, {
      hint: 'run `npm run setup`',
    });
  }
  return [python, '-m', 'touchstone_bridge.worker', target.module];
}

/**
 * The program behind the wrappers that this system has. Each replaces itself by what follows, so the process is the
 * worker's own from its first instruction: bound before anything is imported, and bound to die with its parent.
 */
export function wrapped(program: readonly string[], cpus: readonly number[]): string[] {
  const { canBind, canDieWithParent } = capabilities();
  return [
    ...(canDieWithParent ? dieWithParent : []),
    ...(canBind && cpus.length > 0 ? bindTo(cpus) : []),
    ...program,
  ];
}
