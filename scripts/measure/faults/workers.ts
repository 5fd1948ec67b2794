/** Runs in which one worker lies: its cell says so, the honest one beside it is measured. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../../common/at.js';
import type { CellResult } from '../../../common/run/results.js';
import { type Lie, lieFrom, seedVariable } from './adapters/lies.js';
import { closeArena, openArena, problemIn } from './arena.js';
import { type Campaign, shared } from './campaign.js';
import { drawFor } from './mutations/draw.js';
import { cellsOf, lyingEnvironment, problemOfFolder, smallRun } from './small-run.js';

const arena = shared(() => openArena('workers'), closeArena);

export const workers: Campaign = {
  name: 'workers',
  bar: 'the cell of a worker that lies is not ok and says why, the honest one beside it is; no process is left',
  tries: { usual: 15, full: 200 },
  perStep: 5,
  async attempt(seed) {
    const lie = lieFrom(seed);
    return { kind: lie.name, broken: await problemWith(lie, seed) };
  },
  close: () => arena.close(),
};

async function problemWith(lie: Lie, seed: number): Promise<string | undefined> {
  const own = await arena.get();
  const folder = join(own.folder, `run-${seed}`);
  const mode = lie.mode ?? drawFor(seed, 'mode').pick(['inference', 'training'] as const);
  const env = { ...lyingEnvironment, [seedVariable]: String(seed) };
  try {
    // The honest one has a result, so that the run is a success.
    const problem = await problemIn(own, smallRun(folder, 'lying/honest,lying/liar', mode), [0], { env });
    return problem ?? (await problemOfFolder(folder)) ?? problemOfCells(lie, cellsOf(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function problemOfCells(lie: Lie, cells: readonly CellResult[]): string | undefined {
  const cellOf = (target: string) =>
    defined(
      cells.find((cell) => cell.target === target),
      `the cell of ${target}`,
    );
  const [honest, liar] = [cellOf('lying/honest'), cellOf('lying/liar')];
  if (honest.state !== 'ok') return `the honest cell is ${honest.state}: ${honest.reason}`;
  if (lie.expected === 'caught' && liar.state === 'ok') return 'the lie was believed';
  if (lie.expected === 'harmless' && liar.state !== 'ok')
    return `what does no harm made the cell ${liar.state}: ${liar.reason}`;
  return undefined;
}
