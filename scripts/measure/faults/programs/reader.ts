/**
 * Reads models as `list --model` does, up to running them: a process that is asked for many of them, one at a time, with
 * the time of each and the memory so far. Started with `--expose-gc`.
 */
import { at } from '../../../../common/at.js';
import { explain, TouchstoneError } from '../../../../common/errors.js';
import { modelKey } from '../../../../model/artefact/key.js';
import { type ModelRequest, modelSource } from '../../../../model/artefact/source.js';
import { normalise } from '../../../../model/normalise/normalise.js';
import { committedSeed } from '../../../../model/reference/reference.js';
import { type ReadAnswer, type ReadRequest, readRequest } from './messages.js';

/** Raised where the model would be run. */
class WasRead extends Error {}

process.on('message', async (message) => {
  const answer = await timed(readRequest.parse(message));
  process.send?.(answer);
});
// Nobody is left to ask.
process.on('disconnect', () => process.exit(0));

async function timed(asked: ReadRequest): Promise<ReadAnswer> {
  // What earlier models left must not count for this one.
  globalThis.gc?.();
  const before = process.cpuUsage();
  const broken = await problemWith(asked);
  const { user, system } = process.cpuUsage(before);
  return {
    ...(broken === undefined ? {} : { broken }),
    cpuMs: (user + system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** Undefined for a model that was read, and for one that was refused in the one line that is meant for it. */
async function problemWith({ path, memoryBytes }: ReadRequest): Promise<string | undefined> {
  try {
    await read({ name: 'model', path, shapes: {}, ranges: {}, data: [], seed: committedSeed, memoryBytes });
    return undefined;
  } catch (error) {
    if (error instanceof WasRead) return undefined;
    if (!(error instanceof TouchstoneError))
      return `it threw: ${error instanceof Error ? error.stack : error}`;
    if (error.code !== 'model') return `it threw an error of the kind ${error.code}: ${explain(error)}`;
    return error.message.trim() === '' ? 'it was refused without a reason' : undefined;
  }
}

async function read(request: ModelRequest): Promise<void> {
  modelKey(request);
  const { model, inputInfo, inputs } = modelSource(request);
  await normalise(model, inputInfo, at(inputs, 0, 'input buffers'), [], async () => {
    throw new WasRead();
  });
}
