/** Which Touchstone measured: its version, and the commit where it runs from a clone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isClone, projectRoot } from '../../common/paths.js';
import { describeWorkingTree } from './repository.js';

const packageFile = z.object({ version: z.string() });

export async function touchstoneVersion(): Promise<{ version: string; commit: string | null }> {
  const { version } = packageFile.parse(
    JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')),
  );
  // An installed package is in a repository that is not Touchstone's.
  return { version, commit: isClone ? await describeWorkingTree() : null };
}
