/** Reads the tensors that a worker has written. */
import { lstat } from 'node:fs/promises';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { Tensors } from '../../model/graph.js';
import { readTensors } from '../../model/safetensors.js';

/**
 * The tensors of a file that a worker was asked to write. What is wrong with it is the worker's failure, which costs its cell,
 * and not one of the disk, which would end the run.
 *
 * @throws TouchstoneError('worker') for anything that is not a safetensors file
 */
export async function readWorkerTensors(path: string): Promise<Tensors> {
  try {
    // A link would have us read whatever it names.
    if (!(await lstat(path)).isFile()) throw new Error(`${path} is not a regular file`);
    return await readTensors(path);
  } catch (cause) {
    throw new TouchstoneError('worker', `it wrote no tensors that can be read: ${messageOf(cause)}`, {
      hint: 'the log of its worker may say more',
      cause,
    });
  }
}
