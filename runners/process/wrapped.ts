/** The command line of a worker process. */
import { dieWithParent } from '../../common/child-process.js';
import { bindTo, capabilities } from './capabilities.js';

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
