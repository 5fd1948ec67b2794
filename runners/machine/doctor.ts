/** The health of every target: available or not, with which versions, how large, and the command that fixes it. */

import { existsSync } from 'node:fs';
import type { Configuration, Device, Framework, Target } from '../../adapters/adapter.js';
import { required } from '../../common/at.js';
import { messageOf } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';
import { onLanes } from '../../common/lanes.js';
import { hostOf } from '../hosts/discover.js';
import type { Availability } from '../hosts/host.js';
import { allowedCpus } from '../process/cpus.js';
import { installedSize } from '../provision/size.js';

export interface TargetHealth {
  readonly target: string;
  readonly framework: string;
  readonly available: boolean;
  /** Versions of the framework and its kernel libraries, as the framework reports them; those of the installed packages where it was not started. */
  readonly versions: Readonly<Record<string, string>>;
  /** Effective settings as reported by the framework: threads, instructions, kernel library; null where it was not started. */
  readonly configuration: Partial<Configuration> | null;
  /** The kind of device that it is for. */
  readonly deviceKind: string;
  /** The effective device as reported by the framework; null where it was not started. */
  readonly device: Device | null;
  /** The program that its workers run in, where it is not the host's own. */
  readonly executable: string | null;
  /** Folder of the environment that it has to itself. */
  readonly environment: string | null;
  /** On disk; null where nothing is installed. */
  readonly sizeBytes: number | null;
  readonly reason: string | null;
  readonly fix: string | null;
}

/** How a target describes itself. */
export interface Answer {
  readonly versions: Readonly<Record<string, string>>;
  readonly configuration: Partial<Configuration>;
  readonly device: Device;
}

/** Starts a target and lets it describe itself; rejects where it does not come up. Undefined for one that is left alone. */
export type Ask = (target: Target, executable: string | undefined) => Promise<Answer | undefined>;

/**
 * @param ask without it no framework is started: what is installed is reported, not the effective settings
 */
export async function doctor(frameworks: readonly Framework[], ask?: Ask): Promise<TargetHealth[]> {
  const all = frameworks.flatMap((framework) => framework.targets.map((target) => ({ framework, target })));
  const sizes = new Map<string, Promise<number | null>>();
  const health = new Map<Target, TargetHealth>();
  // As many as there are processors: a dozen that start at once would starve each other.
  const lanes = Array.from({ length: allowedCpus().length }, () => []);
  // Those in Node come up at once, and fill what the last of the others leave.
  const isShort = ({ target }: (typeof all)[number]) => target.host === 'node';
  const slowestFirst = [...all.filter((each) => !isShort(each)), ...all.filter(isShort)];
  await onLanes(lanes, slowestFirst, async ({ framework, target }) => {
    health.set(target, await examine(framework, target, sizes, ask));
  });
  return all.map(({ target }) => required(health, target, 'the health of all targets'));
}

async function examine(
  framework: Framework,
  target: Target,
  known: Map<string, Promise<number | null>>,
  ask?: Ask,
): Promise<TargetHealth> {
  const host = await hostOf(target);
  const { availability: installedNow, mend = invocation(`setup ${target.name}`) } = host.provision(target);
  const installed = await installedNow();
  const executable = installed.available ? installed.executable : undefined;
  const answer = installed.available && ask ? await answerOf(ask, target, executable) : undefined;
  const availability: Availability =
    answer && 'reason' in answer ? { available: false, ...answer, fix: mend } : installed;
  const described = answer && !('reason' in answer) ? answer : undefined;
  const { versions, folders, environment } = host.describe(target);
  const sizes = await Promise.all(folders.filter((folder) => existsSync(folder)).map(sizeOnce));
  return {
    target: target.name,
    framework: framework.title,
    available: availability.available,
    versions: described?.versions ?? versions,
    configuration: described?.configuration ?? null,
    deviceKind: target.device,
    device: described?.device ?? null,
    executable: executable ?? null,
    environment: installed.available ? environment : null,
    sizeBytes: sizes.length === 0 ? null : sumOf(sizes),
    reason: availability.available ? null : availability.reason,
    fix: availability.available ? null : availability.fix,
  };

  /** Several targets share an environment. */
  function sizeOnce(folder: string): Promise<number | null> {
    const size = known.get(folder) ?? installedSize(folder);
    known.set(folder, size);
    return size;
  }
}

async function answerOf(
  ask: Ask,
  target: Target,
  executable: string | undefined,
): Promise<Answer | { readonly reason: string } | undefined> {
  try {
    return await ask(target, executable);
  } catch (error) {
    return { reason: `it does not start: ${messageOf(error)}` };
  }
}

/** Null where one of them is not known. */
function sumOf(sizes: readonly (number | null)[]): number | null {
  return sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}
