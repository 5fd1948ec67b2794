/** Bisection of this project's history with git, for any judge of a commit. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { temporaryFolder } from '../../common/files.js';
import type { Say } from '../../common/run/observer.js';
import { commitOf } from './repository.js';

/** What git is told of a commit; `skip` where the judge cannot decide. */
export type Judgement = 'good' | 'bad' | 'skip';

export interface BisectResult {
  /** The first bad commit; null where skipped ones leave several. */
  readonly first: string | null;
  /** What git said at the end: names the commits that are left. */
  readonly said: string;
}

/** The commit that a ref names. @throws TouchstoneError('usage') where git knows none */
export async function requireCommit(ref: string, option: string): Promise<string> {
  const commit = await commitOf(ref);
  if (commit !== undefined) return commit;
  throw new TouchstoneError('usage', `${option} ${ref} is no commit that git knows`, {
    hint: 'a shallow clone has few commits; `git fetch --unshallow` brings the rest',
  });
}

/**
 * In a worktree of its own, so that nobody's checkout moves; it is removed again.
 *
 * @param judge is asked for each commit that git chooses
 * @throws TouchstoneError('usage') where git cannot bisect between the two
 */
export async function bisectCommits(
  repository: string,
  good: string,
  bad: string,
  judge: (commit: string) => Promise<Judgement>,
  say: Say,
): Promise<BisectResult> {
  const folder = join(await temporaryFolder('bisect'), 'tree');
  await git(repository, 'worktree', 'add', '--detach', folder, bad);
  try {
    let said = await git(folder, 'bisect', 'start', bad, good);
    for (;;) {
      const end = endOf(said);
      if (end) return end;
      const commit = await git(folder, 'rev-parse', 'HEAD');
      const judgement = await judge(commit);
      say(`${commit.slice(0, 12)}: ${judgement}`);
      said = await git(folder, 'bisect', judgement);
    }
  } finally {
    await execa('git', ['bisect', 'reset'], { cwd: folder, reject: false });
    await execa('git', ['worktree', 'remove', '--force', folder], { cwd: repository, reject: false });
    await rm(join(folder, '..'), { recursive: true, force: true });
  }
}

/** Undefined while git wants another commit judged. */
function endOf(said: string): BisectResult | undefined {
  const first = /^([0-9a-f]{40}) is the first bad commit/m.exec(said)?.[1];
  if (first !== undefined) return { first, said };
  return said.includes("only 'skip'ped commits left") ? { first: null, said } : undefined;
}

async function git(cwd: string, ...words: string[]): Promise<string> {
  const result = await execa('git', words, { cwd, reject: false, env: { LC_ALL: 'C' } });
  // With skipped commits only, git says so and exits with 2.
  if (result.exitCode === 0 || result.stdout.includes("only 'skip'ped")) return result.stdout.trim();
  throw new TouchstoneError('usage', `git ${words.slice(0, 2).join(' ')}: ${messageOf(result.stderr)}`, {
    hint: 'check that the good commit is an ancestor of the bad one',
  });
}
