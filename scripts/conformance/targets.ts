/** Selects the targets of a conformance run and runs work on all of them. */
import type { Target } from '../../adapters/adapter.js';
import { addOutsideAdapter, discoverFrameworks } from '../../adapters/discover.js';
import { oneLine } from '../../common/errors.js';
import { onLanes } from '../../common/lanes.js';
import { names } from '../../common/values.js';
import type { FindPython } from '../../model/reference/reference.js';
import { selectTargets } from '../../runners/coordinator/select.js';
import { ensureTargets, targetAvailability } from '../../runners/hosts/availability.js';
import { allowedCpus } from '../../runners/process/cpus.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';

export const say = (line: string) => void process.stderr.write(`${line}\n`);

export interface TargetChoice {
  readonly targets?: string | undefined;
  readonly adapter?: readonly string[] | undefined;
}

/** Whether every target of the project is selected. */
export function isComplete({ targets, adapter }: TargetChoice): boolean {
  return targets === undefined && adapter === undefined;
}

export async function chosenTargets({ targets, adapter = [] }: TargetChoice): Promise<Target[]> {
  for (const path of adapter) addOutsideAdapter(path);
  const all = (await discoverFrameworks())
    .flatMap((framework) => framework.targets)
    .filter((target) => !target.isNull)
    .map((target) => ({ name: target.name, target }));
  // Those in a page share drivers, and a GPU that software stands in for takes minutes: they are asked for by name.
  const chosen = targets
    ? selectTargets(all, names(targets))
    : all.filter(({ target }) => target.host !== 'browser');
  return chosen.map(({ target }) => target);
}

/**
 * Runs work on every target, as many at once as there are processors, since nothing is timed. Unavailable targets are reported
 * and skipped.
 *
 * @param work receives the program that the target's workers run in, if it is not the host's own
 * @returns results in the order of the targets
 */
export async function onEach<Result>(
  targets: readonly Target[],
  work: (target: Target, executable: string | undefined) => Promise<Result>,
): Promise<Result[]> {
  await ensureTargets(targets, { report: say }).catch((error: unknown) => say(oneLine(error)));
  const found = new Map<Target, Result>();
  await onLanes(Array.from({ length: allowedCpus().length }), targets, async (target) => {
    const health = await targetAvailability(target);
    if (health.available) found.set(target, await work(target, health.executable));
    else say(`${target.name}: unavailable: ${health.reason}; run: ${health.fix}`);
  });
  return targets.flatMap((target) => {
    const result = found.get(target);
    return result === undefined ? [] : [result];
  });
}

/** Interpreters of the reference environments, which are created on first use. */
export const referencePython: FindPython = async (name) =>
  (await ensureEnvironment(name, { report: say })).python;
