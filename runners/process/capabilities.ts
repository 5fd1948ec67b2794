/** What this system lets us do to a child process; found out once, by trying it. */
import { dieWithParent, works } from '../../common/child-process.js';
import { ownCpus } from './cpu-list.js';

export interface Capabilities {
  /** Processes can be bound to processors (`taskset` of util-linux). */
  readonly canBind: boolean;
  /** A child can be made to die with this process, however that dies (`setpriv` of util-linux 2.33 or later). */
  readonly canDieWithParent: boolean;
}

export function bindTo(cpus: readonly number[]): string[] {
  return ['taskset', '--cpu-list', cpus.join(',')];
}

let known: Capabilities | undefined;

export function capabilities(): Capabilities {
  known ??= {
    canBind: works(bindTo((ownCpus() ?? []).slice(0, 1))),
    canDieWithParent: works(dieWithParent),
  };
  return known;
}
