/** The plan of a target, kept beside the artefact that it is made for. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../adapters/adapter.js';
import { loweringOf } from '../../adapters/lowering/lowering-of.js';
import { TouchstoneError } from '../../common/errors.js';
import { makeFolder, writeWhole } from '../../common/files.js';
import { loadGraph, loadManifest } from '../../model/artefact/load-model.js';

type Readers = { readonly loadGraph: typeof loadGraph };

/** Plans that this process has written, by target, version and artefact: every round loads the same ones again. */
const written = new WeakMap<Target, Map<string, Promise<string>>>();

/**
 * Path of the plan, `plans/<target>-<digest>.json` in the artefact's folder: two commits of an adapter have a plan each.
 *
 * @param readers of another commit's artefacts, for its own adapters
 * @throws TouchstoneError('internal') where the target cannot run the model: such a cell is not started
 */
export function planFile(target: Target, folder: string, readers: Readers = { loadGraph }): Promise<string> {
  const known = written.get(target) ?? new Map<string, Promise<string>>();
  written.set(target, known);
  const found = known.get(folder) ?? write(target, folder, readers);
  known.set(folder, found);
  return found;
}

async function write(target: Target, folder: string, readers: Readers): Promise<string> {
  const { mode, training } = await loadManifest(folder);
  const lowered = loweringOf(target, await readers.loadGraph(folder), mode, training?.optimiser);
  if (!('plan' in lowered)) {
    throw new TouchstoneError('internal', `${target.name} cannot run ${folder}: ${lowered.unsupported}`);
  }
  const text = JSON.stringify(lowered.plan);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const path = join(folder, 'plans', `${target.name.replaceAll('/', '-')}-${digest}.json`);
  if (existsSync(path)) return path;
  makeFolder(join(folder, 'plans'));
  await writeWhole(path, text);
  return path;
}
