/** The same mutated models as in `models.ts`, through the whole command and the runtime that runs them once. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitStatus } from '../../../common/errors.js';
import { closeArena, openArena, problemIn } from './arena.js';
import { type Campaign, shared } from './campaign.js';
import { modelMemoryBytes } from './models.js';
import { externalFile } from './mutations/base-models.js';
import { mutatedModel } from './mutations/mutated-model.js';

const arena = shared(async () => {
  const opened = await openArena('model-commands');
  await writeFile(join(opened.folder, externalFile.name), externalFile.bytes);
  return opened;
}, closeArena);

export const modelCommands: Campaign = {
  name: 'model-commands',
  bar: '`list --model` describes it or says in one line why not, and leaves no process',
  tries: { usual: 30, full: 500 },
  perStep: 10,
  async attempt(seed) {
    const { kind, bytes } = mutatedModel(seed);
    const own = await arena.get();
    const path = join(own.folder, 'model.onnx');
    await writeFile(path, bytes);
    const limit = ['--model-memory', `${modelMemoryBytes / 2 ** 20}m`];
    const args = ['list', '--model', path, ...limit];
    return { kind, broken: await problemIn(own, args, [0, exitStatus.model]) };
  },
  close: () => arena.close(),
};
