/**
 * Another commit of this project, ready to be measured beside this one: a git worktree under `.touchstone/checkouts/`,
 * set up by its own start script. What both commits pin alike (npm packages, environments) is shared, not made twice.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { environmentsFolder, projectRoot, stateFolder } from '../../common/paths.js';
import { runGroup } from '../process/run-group.js';
import { protocolVersion } from '../protocol/messages.js';
import { environmentNames } from '../provision/definition.js';
import type { OtherCommit } from './other-commit.js';
import { ensureWorktree } from './repository.js';

/**
 * @param targets names of what is to be measured there
 * @throws TouchstoneError('install') where it cannot be checked out, set up, or speaks another protocol
 */
export async function ensureCheckout(
  commit: string,
  targets: readonly string[],
  report: (line: string) => void,
): Promise<OtherCommit> {
  const root = join(stateFolder, 'checkouts', commit.slice(0, 12));
  await ensureWorktree(root, commit);
  share(root);
  report(`setting up ${commit.slice(0, 12)} in ${root}`);
  const setup = [join(root, 'start.mjs'), 'bench', 'setup', ...targets];
  // Its own settings, not those that npm gave to this process.
  const environment = { TOUCHSTONE_HOME: join(root, '.touchstone') };
  const failure = await runGroup([process.execPath, ...setup], { cwd: root, environment });
  if (failure !== undefined) {
    const last = failure.lines.at(-1) ?? failure.how;
    throw new TouchstoneError(
      'install',
      `commit ${commit.slice(0, 12)} cannot be set up: ${messageOf(last)}`,
      {
        hint: `look at what \`node ${setup.join(' ')}\` says`,
      },
    );
  }
  return open(root, commit);
}

function share(root: string): void {
  const state = join(root, '.touchstone');
  makeFolder(join(state, 'environments'));
  for (const folder of ['cache', 'packages', 'artefacts'])
    link(join(stateFolder, folder), join(state, folder));
  if (sameText('package-lock.json', root))
    link(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  const definitions = new Set(environmentNames());
  const installed = existsSync(environmentsFolder) ? readdirSync(environmentsFolder) : [];
  for (const name of installed) {
    // A variant, such as jax@jax-0.9.0, follows the definition that it varies.
    const base = name.split('@')[0] ?? name;
    const files = ['json', 'txt', 'builds.txt'].map(
      (extension) => `python-bridge/environments/${base}.${extension}`,
    );
    if (!definitions.has(base) || !files.every((file) => sameText(file, root))) continue;
    link(join(environmentsFolder, name), join(state, 'environments', name));
  }
}

/** Also where neither has the file. */
function sameText(file: string, root: string): boolean {
  const [ours, theirs] = [join(projectRoot, file), join(root, file)].map((path) =>
    existsSync(path) ? readFileSync(path, 'utf8') : undefined,
  );
  return ours === theirs;
}

function link(target: string, path: string): void {
  makeFolder(target);
  if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(target, path);
}

/** Its compiled modules, loaded beside ours: descriptors and plans are those of the other commit. */
async function open(root: string, commit: string): Promise<OtherCommit> {
  const home = process.env.TOUCHSTONE_HOME;
  // Its modules read this once, when they are loaded.
  process.env.TOUCHSTONE_HOME = join(root, '.touchstone');
  const load = async <M>(module: string): Promise<M> =>
    (await import(pathToFileURL(join(root, 'build', module)).href)) as M;
  try {
    const [adapters, graphs, availability, messages] = await Promise.all([
      load<typeof import('../../adapters/discover.js')>('adapters/discover.js'),
      load<typeof import('../../model/artefact/load-model.js')>('model/artefact/load-model.js'),
      load<typeof import('../hosts/availability.js')>('runners/hosts/availability.js'),
      load<typeof import('../protocol/messages.js')>('runners/protocol/messages.js'),
    ]);
    if (messages.protocolVersion !== protocolVersion) {
      throw new TouchstoneError(
        'install',
        `it speaks protocol ${messages.protocolVersion}, this one ${protocolVersion}`,
      );
    }
    return {
      root,
      commit,
      environment: { TOUCHSTONE_HOME: join(root, '.touchstone') },
      frameworks: await adapters.discoverFrameworks(),
      loadGraph: graphs.loadGraph,
      async executableOf(target) {
        const health = await availability.targetAvailability(target);
        return health.available ? health.executable : undefined;
      },
    };
  } catch (cause) {
    throw new TouchstoneError(
      'install',
      `commit ${commit.slice(0, 12)} cannot be measured beside this one: ${messageOf(cause)}`,
      { hint: 'it is too old for this gate; choose a later commit', cause },
    );
  } finally {
    if (home === undefined) delete process.env.TOUCHSTONE_HOME;
    else process.env.TOUCHSTONE_HOME = home;
  }
}
