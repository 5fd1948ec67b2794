/** Targets of a run, and where each is installed on this machine. */
import type { Framework, Target } from '../../adapters/adapter.js';
import { explain, TouchstoneError } from '../../common/errors.js';
import { ensureTargets } from '../hosts/availability.js';
import type { Checkout } from '../hosts/checkout.js';
import { hostOf } from '../hosts/discover.js';
import type { Availability, WorkerHost } from '../hosts/host.js';
import { type Choice, chooseTargets } from './choose-targets.js';
import type { RunOptions } from './options.js';
import { pythonFor } from './reference-python.js';

export interface PreparedTarget {
  readonly framework: Framework;
  readonly target: Target;
  readonly host: WorkerHost;
  /** The program that its workers run in, where it is not the host's own. */
  readonly executable?: string;
  /** Its name in the role that it has in a gate, `tfjs/js~baseline`; by default its own. */
  readonly alias?: string;
  /** Another commit of the project that it is run from. */
  readonly checkout?: Checkout;
}

/** Targets, where each is installed, and whether it can start there. */
export interface Located {
  readonly targets: readonly (PreparedTarget & { readonly health: Availability })[];
  readonly nulls: readonly PreparedTarget[];
}

/** Chooses the targets of a run and makes what they need. */
export type Locate = (options: RunOptions, say: (line: string) => void) => Promise<Located>;

/** @param needsAll a version that does not exist ends it: without one side a gate has nothing to measure */
export function onThisMachine(needsAll: boolean): Locate {
  return async (options, say) => {
    const { chosen, nulls } = await chooseTargets(options.targets);
    const install = !options.installedOnly && !options.dryRun;
    if (install) await installAll([...chosen, ...nulls], say, needsAll);
    return locateAll(chosen, nulls);
  };
}

/** Where the targets of a run that goes on are installed now; its plan stands, and nothing is installed. */
export async function findTargets(names: readonly string[]) {
  const { chosen, nulls } = await chooseTargets(names);
  return { ...(await locateAll(chosen, nulls)), referencePython: pythonFor({ installedOnly: true }) };
}

/** A broken installation costs its own targets only: availability then says why and how to fix it. */
async function installAll(
  choices: readonly Choice[],
  say: (line: string) => void,
  needsAll: boolean,
): Promise<void> {
  try {
    const targets = choices.map(({ target }) => target);
    await ensureTargets(targets, { report: say });
  } catch (error) {
    if (needsAll && error instanceof TouchstoneError && error.code === 'usage') throw error;
    say(`warning: ${explain(error)}`);
  }
}

async function locateAll(chosen: readonly Choice[], nulls: readonly Choice[]): Promise<Located> {
  const [targets, allNulls] = await Promise.all(
    [chosen, nulls].map((some) => Promise.all(some.map(locateOne))),
  );
  return { targets: targets ?? [], nulls: (allNulls ?? []).filter(({ health }) => health.available) };
}

async function locateOne({ framework, target }: Choice) {
  const host = await hostOf(target);
  const health = await host.provision(target).availability();
  const executable = health.available ? health.executable : undefined;
  return { framework, target, host, health, ...(executable === undefined ? {} : { executable }) };
}
