/** The parsers of `common/values.ts` for commander, which puts the option and the argument before the message. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { addOutsideAdapter } from '../adapters/discover.js';
import { TouchstoneError } from '../common/errors.js';
import { stateFolder } from '../common/paths.js';
import * as values from '../common/values.js';
import { chooseBrowser } from '../runners/hosts/browser/browsers.js';

export const duration = argument(values.duration);
export const positiveInteger = argument((text: string) => values.positiveInteger(text));
export const memorySize = argument(values.memorySize);
export const seed = argument(values.seed);
export const share = argument(values.share);
export const integers = argument(values.integers);
export const modeNames = argument(values.modeNames);
export const names = argument(values.names);
export const paths = argument(values.paths);
export const valueRange = argument(values.valueRange);
export const inputShape = argument(values.inputShape);

/** `--adapter`: every later discovery finds it, in this process and in its workers. */
export function outsideAdapter(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError(`There is no file ${resolve(path)}.`);
  addOutsideAdapter(path);
  return resolve(path);
}

/** `--browser`: pages are opened in it, by this process's workers. */
export const browser = argument(chooseBrowser);

/** `--home`: the starter has set it before any module was loaded. @throws InvalidArgumentError where none has */
export function homeFolder(path: string): string {
  if (resolve(path) === stateFolder) return stateFolder;
  throw new InvalidArgumentError(
    `The state folder is ${stateFolder}; start with start.mjs or set TOUCHSTONE_HOME.`,
  );
}

function argument<Parameters extends unknown[], Value>(
  parse: (text: string, ...earlier: Parameters) => Value,
): (text: string, ...earlier: Parameters) => Value {
  return (text, ...earlier) => {
    try {
      return parse(text, ...earlier);
    } catch (error) {
      if (!(error instanceof TouchstoneError) || error.hint === undefined) throw error;
      throw new InvalidArgumentError(`${error.hint.slice(0, 1).toUpperCase()}${error.hint.slice(1)}.`);
    }
  };
}
