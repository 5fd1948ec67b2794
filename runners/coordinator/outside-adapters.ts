/**
 * Adapters outside the tree, as a run folder names them. Only who starts a command says whose code runs: a run folder may come from
 * anywhere.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { outsideAdapters } from '../../adapters/discover.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { RunManifest } from '../../common/run/run-folder.js';
import { listed } from '../../common/text.js';
import { resumeCommand } from './options.js';

/** What a manifest says of the adapters that this process was given; nothing where there are none. */
export function plannedAdapters(): Pick<RunManifest, 'adapters' | 'adapterDigests'> {
  const paths = outsideAdapters();
  if (paths.length === 0) return {};
  return {
    adapters: paths,
    adapterDigests: Object.fromEntries(paths.map((path) => [path, digestOf(path)])),
  };
}

/** @throws TouchstoneError('usage') where the run needs an adapter that this process was not given, or that has changed */
export function requireAdapters(manifest: RunManifest, folder: string): void {
  const { adapters = [], adapterDigests = {}, command } = manifest;
  const given = new Set(outsideAdapters());
  const missing = adapters.filter((path) => !given.has(path));
  if (missing.length > 0) {
    throw new TouchstoneError(
      'usage',
      `${folder} names adapters, and runs their code only where they are given again: ${listed(missing)}`,
      { hint: `if you trust them: \`${resumeCommand(folder, adapters)}\`` },
    );
  }
  const changed = adapters.filter(
    (path) => path in adapterDigests && adapterDigests[path] !== digestOf(path),
  );
  if (changed.length > 0) {
    throw new TouchstoneError('usage', `${listed(changed)} has changed since ${folder} began`, {
      hint: `begin it again with \`${command}\``,
    });
  }
}

function digestOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (cause) {
    throw new TouchstoneError('usage', `the adapter ${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'give the file with --adapter',
      cause,
    });
  }
}
