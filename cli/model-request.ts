/** What is asked of a user's model: its shapes and the values of its inputs, from the command line. */
import type { ModelRequest } from '../suites/onnx/artefact-source.js';
import { readNpz } from '../suites/onnx/npz.js';
import { committedSeed } from '../suites/onnx/reference.js';
import type { ModelFile } from './models.js';
import type { RunOptions } from './options.js';

/** @throws TouchstoneError('model') for data that cannot be read */
export async function modelRequest(
  { name, path, shapes }: ModelFile,
  options: Pick<RunOptions, 'input' | 'range' | 'inputs'>,
): Promise<ModelRequest> {
  const data = (options.inputs ?? []).map(async (file) => ({ path: file, tensors: await readNpz(file) }));
  return {
    name,
    path,
    shapes: { ...options.input, ...shapes },
    ranges: options.range ?? {},
    data: await Promise.all(data),
    seed: committedSeed,
  };
}
