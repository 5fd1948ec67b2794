/** What this system lets us do to a child process; found out once, by trying it. */
import { execaSync } from 'execa';
import { ownCpus } from './cpu-list.js';

export interface Capabilities {
  /** Processes can be bound to processors (`taskset` of util-linux). */
  readonly canBind: boolean;
  /** A child can be made to die with this process, however that dies (`setpriv` of util-linux 2.33 or later). */
  readonly canDieWithParent: boolean;
}

/** Wrappers that replace themselves by the program that they are given, so that the process number is its own. */
export const dieWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
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

function works([wrapper = '', ...parameters]: readonly string[]): boolean {
  if (process.platform !== 'linux') return false;
  const result = execaSync(wrapper, [...parameters, 'true'], { reject: false });
  return result.exitCode === 0;
}
