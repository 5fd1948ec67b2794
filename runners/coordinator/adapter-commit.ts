/**
 * Another commit of a repository that has adapters of its own (`--adapter`), to be measured beside its working tree. The
 * commit's files lie in a git worktree; the harness and the frameworks it brings are the same on both sides.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { loadFramework, outsideAdapters } from '../../adapters/discover.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { projectRoot, stateFolder } from '../../common/paths.js';
import { loadGraph } from '../../model/artefact/load-model.js';
import { targetAvailability } from '../hosts/availability.js';
import { runGroup } from '../process/run-group.js';
import type { OtherCommit } from './other-commit.js';
import { ensureWorktree, repositoryFolder } from './repository.js';

/**
 * @param targets names of what is to be measured there
 * @param prepare shell command that builds the adapters in the commit's folder; by default `npm ci` where the commit
 *   has another package-lock.json than the working tree
 * @throws TouchstoneError('usage') for a target that no adapter of the repository has, 'install' where the commit's
 *   adapters cannot be built or loaded
 */
export async function ensureAdapterCommit(
  commit: string,
  targets: readonly string[],
  report: (line: string) => void,
  prepare?: string,
): Promise<OtherCommit> {
  const repository = await repositoryFolder();
  const inside = outsideAdapters().map((path) => relative(repository, realpathSync(path)));
  const paths = inside.filter((path) => !path.startsWith('..'));
  await requireOwnTargets(targets, paths, repository);
  const root = join(stateFolder, 'checkouts', commit.slice(0, 12));
  await ensureWorktree(root, commit);
  report(`setting up the adapters of ${commit.slice(0, 12)} in ${root}`);
  await build(root, prepare ?? installation(root, repository), commit);
  const missing = paths.find((path) => !existsSync(join(root, path)));
  if (missing !== undefined) {
    throw new TouchstoneError('install', `commit ${commit.slice(0, 12)} has no adapter ${missing}`, {
      hint: "if it is built, say how: --prepare 'npm ci && npm run build'",
    });
  }
  const adapters = paths.map((path) => join(root, path));
  return {
    root: projectRoot,
    commit,
    frameworks: await Promise.all(adapters.map(loadFramework)),
    loadGraph,
    environment: { TOUCHSTONE_ADAPTER: adapters.join(delimiter) },
    async executableOf(target) {
      const health = await targetAvailability(target);
      return health.available ? health.executable : undefined;
    },
  };
}

/** Only what is in the repository differs between its commits. */
async function requireOwnTargets(
  targets: readonly string[],
  paths: readonly string[],
  repository: string,
): Promise<void> {
  const frameworks = await Promise.all(paths.map((path) => loadFramework(join(repository, path))));
  const own = new Set(frameworks.flatMap((framework) => framework.targets.map(({ name }) => name)));
  const foreign = targets.find((name) => !own.has(name));
  if (foreign === undefined) return;
  throw new TouchstoneError('usage', `${foreign} is the same in every commit of ${repository}`, {
    hint: 'compare commits of your own adapters: --adapter <file in the repository> and --targets with their names',
  });
}

/** `npm ci` where the working tree's packages, found above the worktree, are not the commit's. */
function installation(root: string, repository: string): string | undefined {
  const [theirs, ours] = [root, repository].map((folder) => {
    const file = join(folder, 'package-lock.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  });
  return theirs === undefined || theirs === ours ? undefined : 'npm ci';
}

async function build(root: string, command: string | undefined, commit: string): Promise<void> {
  if (command === undefined) return;
  const failure = await runGroup(['/bin/sh', '-c', command], { cwd: root });
  if (failure === undefined) return;
  const last = failure.lines.at(-1) ?? failure.how;
  throw new TouchstoneError(
    'install',
    `\`${command}\` failed for commit ${commit.slice(0, 12)}: ${messageOf(last)}`,
    { hint: `try it in ${root}` },
  );
}
