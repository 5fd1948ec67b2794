/** npm packages as they are installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../common/paths.js';

const packageFile = z.object({ version: z.string() });

/** Installed version of an npm package; undefined where it is not, or not whole. */
export function packageVersion(name: string): string | undefined {
  const path = join(projectRoot, 'node_modules', name, 'package.json');
  try {
    return packageFile.parse(JSON.parse(readFileSync(path, 'utf8'))).version;
  } catch {
    return undefined;
  }
}
