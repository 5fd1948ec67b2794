/** When a commit was made. */
import { execa } from 'execa';
import { projectRoot } from '../../common/paths.js';

/**
 * ISO 8601, UTC; null where git or the commit is not here.
 *
 * @param name as `git describe` gives it; for a dirty tree, the time of the commit below it
 */
export async function commitTime(name: string | null): Promise<string | null> {
  if (name === null || name.startsWith('-')) return null;
  const revision = `${name.replace(/-dirty$/, '')}^{commit}`;
  const { exitCode, stdout } = await execa('git', ['show', '--no-patch', '--format=%ct', revision], {
    cwd: projectRoot,
    reject: false,
  });
  const seconds = Number(stdout.trim());
  return exitCode === 0 && seconds > 0 ? new Date(seconds * 1000).toISOString() : null;
}
