/** npm packages as they are installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../common/paths.js';

const packageFile = z.object({ version: z.string() });

/** Installed version of an npm package; undefined where it is not. */
export function packageVersion(name: string): string | undefined {
  const path = join(projectRoot, 'node_modules', name, 'package.json');
  return existsSync(path) ? packageFile.parse(JSON.parse(readFileSync(path, 'utf8'))).version : undefined;
}
