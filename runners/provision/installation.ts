/**
 * Whatever is made on first use, in a folder of its own: a Python environment, npm packages of another version, an
 * addon. Made by one process at a time; its stamp is written last, so a half-made one is seen for what it is and made
 * again.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { invocation } from '../../common/invocation.js';
import { whileLocked } from './installation-lock.js';
import { runInstaller } from './installer.js';

export interface EnsureOptions {
  /** Told what is about to be downloaded, and how it goes. */
  readonly report?: ((line: string) => void) | undefined;
  /** Never installs: what is missing is an error that says what would make it. */
  readonly installedOnly?: boolean | undefined;
}

/** `Ready` is what its user needs to know of it. */
export type InstallationState<Ready> = ({ readonly state: 'ready' } & Ready) | NotReady;

export interface NotReady {
  readonly state: 'missing' | 'broken';
  readonly reason: string;
}

export interface Installation<Ready> {
  /** For messages: `environment pytorch`. */
  readonly what: string;
  /** As its makers write it. */
  readonly title: string;
  /** Expected on disk; null where that is not known beforehand. */
  readonly sizeMb: number | null;
  readonly folder: string;
  readonly logFile: string;
  /** Whether it is there, whole, and what is wanted now. */
  state(): Promise<InstallationState<Ready>>;
  /** Makes it and stamps it. */
  make(tools: MakingTools): Promise<Ready>;
}

export interface MakingTools {
  readonly report: ((line: string) => void) | undefined;
  readonly signal: AbortSignal;
  /** Runs an installer into the log. @throws TouchstoneError with the words that tell why it failed, see `runInstaller` */
  run(file: string, parameters: readonly string[], settings?: RunSettings): Promise<void>;
}

export interface RunSettings {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What to do where it fails, besides reading the log. */
  readonly hint?: string;
  /** The user named the version: where there is none, the command line is wrong. */
  readonly isVersionAsked?: true;
}

/** What this process is making: two that need the same thing wait for it without a word. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Makes it where it is not ready.
 *
 * @throws TouchstoneError('install') with the last words of what failed, and where its log is
 */
export async function ensureInstallation<Ready>(
  installation: Installation<Ready>,
  options: EnsureOptions,
): Promise<Ready> {
  await underWay.get(installation.folder)?.catch(() => undefined);
  const making = ensureAlone(installation, options);
  underWay.set(installation.folder, making);
  try {
    return await making;
  } finally {
    if (underWay.get(installation.folder) === making) underWay.delete(installation.folder);
  }
}

async function ensureAlone<Ready>(
  installation: Installation<Ready>,
  { report, installedOnly }: EnsureOptions,
): Promise<Ready> {
  const before = await installation.state();
  if (before.state === 'ready') return before;
  if (installedOnly) {
    throw new TouchstoneError('install', before.reason, {
      hint: `install it with \`${invocation('setup --all')}\``,
    });
  }
  return whileLocked(installation, report, async (signal) => {
    // Another run may have made it while this one waited.
    const now = await installation.state();
    if (now.state === 'ready') return now;
    const { what, logFile } = installation;
    return installation.make({
      report,
      signal,
      run: (file, parameters, settings = {}) =>
        runInstaller(file, parameters, { what, logFile, report, signal, ...settings }),
    });
  });
}

/** Takes away what a half-made one left, and begins its log anew. */
export async function clearInstallation(
  { what, logFile }: Pick<Installation<unknown>, 'what' | 'logFile'>,
  ...folders: readonly string[]
): Promise<void> {
  try {
    // Not at once: a gigabyte takes seconds, in which the lock could not be renewed.
    for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    makeFolder(dirname(logFile));
    writeFileSync(logFile, '');
  } catch (error) {
    throw new TouchstoneError('install', `${what} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

const stampName = 'touchstone.json';

export function writeStamp(folder: string, stamp: unknown): void {
  writeFileSync(join(folder, stampName), JSON.stringify(stamp));
}

/** Undefined where there is none, or it is torn. */
export function readStamp<T>(folder: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, stampName), 'utf8')));
  } catch {
    return undefined;
  }
}
