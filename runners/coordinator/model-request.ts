/** What is asked of a user's model: its shapes and the values of its inputs, from the command line. */
import { TouchstoneError } from '../../common/errors.js';
import { defaultModelMemory } from '../../common/memory.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import { readRunnableFile } from '../../model/import/whole-model.js';
import { readNpz } from '../../model/inputs/npz.js';
import { committedSeed } from '../../model/reference/reference.js';
import type { ModelFile } from './models.js';
import type { RunOptions } from './options.js';

type Given = Pick<RunOptions, 'input' | 'range' | 'inputs' | 'modelMemory'>;

/**
 * @param names of one file of several: it takes what it has inputs for of `--input`, `--range` and `--inputs`; see `inputNames`
 * @throws TouchstoneError('model') for data that cannot be read
 */
export async function modelRequest(
  { name, path, shapes }: ModelFile,
  options: Given,
  names?: readonly string[],
): Promise<ModelRequest> {
  const data = (options.inputs ?? []).map(async (file) => ({
    path: file,
    tensors: ownOf(await readNpz(file), names),
  }));
  return {
    name,
    path,
    shapes: { ...ownOf(options.input, names), ...shapes },
    ranges: ownOf(options.range, names),
    data: await Promise.all(data),
    seed: committedSeed,
    memoryBytes: memoryOf(options),
  };
}

/**
 * By path, what the inputs of each of several files are called; of one file, or where nothing is given for inputs, nothing is read.
 *
 * @throws TouchstoneError('usage') for an input that none of the files has
 */
export function inputNames(
  files: readonly ModelFile[],
  options: Given,
): ReadonlyMap<string, readonly string[]> {
  const isAsked = [options.input, options.range, options.inputs].some((given) => given !== undefined);
  if (files.length < 2 || !isAsked) return new Map();
  const names = new Map(files.map(({ path }) => [path, readableNames(path, memoryOf(options))]));
  const known = new Set([...names.values()].flat());
  const stranger = Object.keys({ ...options.input, ...options.range }).find((name) => !known.has(name));
  if (stranger === undefined) return names;
  throw new TouchstoneError('usage', `none of the ${files.length} models has an input ${stranger}`, {
    hint: `their inputs are ${[...known].join(', ') || 'none'}`,
  });
}

function memoryOf({ modelMemory = defaultModelMemory() }: Given): number {
  return modelMemory;
}

function ownOf<T>(given: Readonly<Record<string, T>> = {}, names?: readonly string[]): Record<string, T> {
  const entries = Object.entries(given);
  return Object.fromEntries(names ? entries.filter(([name]) => names.includes(name)) : entries);
}

/** A file that cannot be read says so where it is its turn. */
function readableNames(path: string, memoryBytes: number): string[] {
  try {
    return readRunnableFile(path, memoryBytes).inputs.map(({ name }) => name);
  } catch {
    return [];
  }
}
