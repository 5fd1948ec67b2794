/** `--home`: where environments, caches and runs are kept. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { stateFolder } from '../common/paths.js';

/** The starter has set it before any module was loaded. @throws InvalidArgumentError where no starter has */
export function homeFolder(path: string): string {
  if (resolve(path) === stateFolder) return stateFolder;
  throw new InvalidArgumentError(
    `the state folder is ${stateFolder}; start with start.mjs or set TOUCHSTONE_HOME`,
  );
}
