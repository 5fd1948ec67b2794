/** The health of every target: available or not, with which versions, how large, and the command that fixes it. */

import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration, Device, Framework, Target } from '../../adapters/adapter.js';
import { messageOf } from '../../common/errors.js';
import { invocation } from '../../common/invocation.js';
import { hostOf } from '../hosts/discover.js';
import type { Availability } from '../hosts/host.js';

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

/** Starts a target and lets it describe itself; rejects where it does not come up. */
export type Ask = (target: Target, executable: string | undefined) => Promise<Answer>;

/**
 * @param ask without it no framework is started: what is installed is reported, not the effective settings
 */
export async function doctor(frameworks: readonly Framework[], ask?: Ask): Promise<TargetHealth[]> {
  const health: TargetHealth[] = [];
  for (const framework of frameworks) {
    // One framework after the other: a dozen that start at once would starve each other.
    const targets = framework.targets.map((target) => examine(framework, target, ask));
    health.push(...(await Promise.all(targets)));
  }
  return health;
}

async function examine(framework: Framework, target: Target, ask?: Ask): Promise<TargetHealth> {
  const host = await hostOf(target);
  const installed = await host.provision(target).availability();
  const executable = installed.available ? installed.executable : undefined;
  const answer = installed.available && ask ? await answerOf(ask, target, executable) : undefined;
  const availability: Availability =
    answer && 'reason' in answer
      ? { available: false, ...answer, fix: invocation(`setup ${target.name}`) }
      : installed;
  const described = answer && !('reason' in answer) ? answer : undefined;
  const { versions, folders, environment } = host.describe(target);
  const sizes = await Promise.all(folders.filter((folder) => existsSync(folder)).map(sizeOf));
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
    sizeBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    reason: availability.available ? null : availability.reason,
    fix: availability.available ? null : availability.fix,
  };
}

async function answerOf(
  ask: Ask,
  target: Target,
  executable: string | undefined,
): Promise<Answer | { readonly reason: string }> {
  try {
    return await ask(target, executable);
  } catch (error) {
    return { reason: `it does not start: ${messageOf(error)}` };
  }
}

/** In bytes; files that vanish while they are counted do not count. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 })));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}
