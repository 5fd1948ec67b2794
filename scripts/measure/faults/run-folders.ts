/** Mutated folders of a small real run through the commands that read them. */
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitStatus } from '../../../common/errors.js';
import { type Arena, closeArena, openArena, problemIn } from './arena.js';
import { type Campaign, shared } from './campaign.js';
import { type Draw, drawFor } from './mutations/draw.js';
import { mutatedFolder, writeFolder } from './mutations/mutated-folder.js';
import { undisturbedRun } from './small-run.js';

interface Ground extends Arena {
  /** The folder of the run that is mutated. */
  readonly whole: string;
  /** A history that has this run. */
  readonly history: string;
  readonly content: Parameters<typeof mutatedFolder>[1];
}

const ground = shared(openGround, closeArena);

export const runFolders: Campaign = {
  name: 'run-folders',
  bar: '`report`, `compare` and `history` give a result or say in one line why not',
  tries: { usual: 50, full: 2_000 },
  perStep: 25,
  async attempt(seed) {
    const own = await ground.get();
    const { kind, content } = mutatedFolder(seed, own.content);
    const folder = join(own.folder, `mutated-${seed}`);
    const history = join(own.folder, `history-${seed}.sqlite`);
    await writeFolder(folder, content);
    await copyFile(own.history, history);
    const args = drawCommand(drawFor(seed, 'command'), folder, own.whole);
    const statuses = [0, exitStatus.usage, exitStatus.storage];
    const broken = await problemIn(own, args, statuses, { env: { TOUCHSTONE_HISTORY: history } });
    await rm(folder, { recursive: true, force: true });
    for (const ending of ['', '-wal', '-shm']) await rm(`${history}${ending}`, { force: true });
    return { kind, broken: broken && `\`${args[0]}\`: ${broken}` };
  },
  close: () => ground.close(),
};

function drawCommand(draw: Draw, mutated: string, whole: string): string[] {
  return draw.pick([
    ['report', mutated],
    ['compare', mutated, whole],
    ['compare', whole, mutated],
    ['history', '--import', mutated],
  ]);
}

async function openGround(): Promise<Ground> {
  const arena = await openArena('run-folders');
  const whole = join(arena.folder, 'whole');
  const history = join(arena.folder, 'history.sqlite');
  await undisturbedRun(arena, whole);
  const args = ['history', '--import', whole];
  const problem = await problemIn(arena, args, [0], { env: { TOUCHSTONE_HISTORY: history } });
  if (problem !== undefined) throw new Error(`a run that nothing disturbs is not imported: ${problem}`);
  const read = (file: string) => readFile(join(whole, file));
  const content = {
    'manifest.json': await read('manifest.json'),
    'events.ndjson': await read('events.ndjson'),
  };
  return { ...arena, whole, history, content };
}
