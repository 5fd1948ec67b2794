/** `--adapter`: a framework that lives outside this project. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { addOutsideAdapter } from '../adapters/discover.js';

/** Every later discovery finds it, in this process and in its workers. @throws InvalidArgumentError where it is not there */
export function outsideAdapter(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError(`there is no file ${resolve(path)}`);
  addOutsideAdapter(path);
  return resolve(path);
}
