/** Which Touchstone measured: its version, and the commit where it runs from a clone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { isClone, projectRoot } from '../../common/paths.js';

const packageFile = z.object({ version: z.string() });

export async function touchstoneVersion(): Promise<{ version: string; commit: string | null }> {
  const { version } = packageFile.parse(
    JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')),
  );
  // An installed package lies in a repository that is not Touchstone's.
  if (!isClone) return { version, commit: null };
  const git = await execa('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
    cwd: projectRoot,
    reject: false,
  });
  return { version, commit: git.exitCode === 0 ? git.stdout : null };
}
