/**
 * The git repository whose commits `gate --against` and `bisect` compare: this project's own in a clone; where Touchstone
 * is an installed package, the one that the current folder is in.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { isClone, projectRoot } from '../../common/paths.js';

/** @throws TouchstoneError('usage') where the current folder is in no repository */
export async function repositoryFolder(): Promise<string> {
  if (isClone) return projectRoot;
  const { exitCode, stdout } = await git(['rev-parse', '--show-toplevel'], process.cwd());
  if (exitCode === 0) return realpathSync(stdout);
  throw new TouchstoneError(
    'usage',
    `${process.cwd()} is in no git repository, so there is no commit to compare`,
    {
      hint: 'give --against a target or a version, or start in a repository that has an adapter',
    },
  );
}

/** The commit that a name means, or undefined where git knows none. */
export async function commitOf(ref: string): Promise<string | undefined> {
  const parameters = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { exitCode, stdout } = await git(parameters, isClone ? projectRoot : process.cwd());
  return exitCode === 0 ? stdout : undefined;
}

/** What the working tree is called: the newest tag or commit, with `-dirty` where it has changes. */
export async function describeWorkingTree(): Promise<string | null> {
  const folder = isClone ? projectRoot : process.cwd();
  const { exitCode, stdout } = await git(['describe', '--always', '--dirty', '--abbrev=12'], folder);
  return exitCode === 0 ? stdout : null;
}

/** The commit's files in that folder, besides what was built there. @throws TouchstoneError('install') */
export async function ensureWorktree(folder: string, commit: string): Promise<void> {
  // One that was interrupted half-way has not all of its files.
  const isThere = existsSync(join(folder, '.git'));
  if (isThere && (await git(['checkout', '--quiet', '--force', commit], folder)).exitCode === 0) return;
  const repository = await repositoryFolder();
  makeFolder(dirname(folder));
  // A worktree whose folder somebody removed is still on git's list.
  await git(['worktree', 'prune'], repository);
  const added = await git(['worktree', 'add', '--force', '--detach', folder, commit], repository);
  if (added.exitCode === 0) return;
  throw new TouchstoneError('install', `git cannot check out ${commit}: ${messageOf(added.stderr)}`, {
    hint: 'a shallow clone has few commits; fetch the rest with `git fetch --unshallow`',
  });
}

function git(parameters: readonly string[], cwd: string) {
  return execa('git', parameters, { cwd, reject: false });
}
