/** The run that campaigns attack: of targets without a framework, over in seconds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '../../../common/group-by.js';
import { readRun } from '../../../common/run/read-run.js';
import { type CellResult, runResults } from '../../../common/run/results.js';
import type { Mode } from '../../../model/workload.js';
import { type Arena, adapterFile, start } from './arena.js';
import { finishedTurns, problemOf } from './command.js';

export const lyingEnvironment = { TOUCHSTONE_ADAPTER: adapterFile('lying') } as const;

/** What is measured, without the targets. */
export function smallWork(mode: Mode = 'inference'): string[] {
  // A worker that hangs is waited for so long; the honest ones are not to miss it on a busy machine.
  return ['--workload', 'lenet5', '--mode', mode, '--batch', '1', '--deadline', '10s'];
}

/** @param folder of the run */
export function smallRun(folder: string, targets: string, mode?: Mode): string[] {
  return ['--targets', targets, ...smallWork(mode), '--rounds', '2', '--time', '3s', '--out', folder];
}

/**
 * A run that nothing disturbs, which also makes what later ones find in the state folder.
 *
 * @returns what it took
 * @throws Error where it does not end well: then there is nothing to attack
 */
export async function undisturbedRun(arena: Arena, folder: string): Promise<number> {
  const startedMs = performance.now();
  const args = smallRun(folder, 'lying/honest,lying/slower');
  const ended = await start(arena, args, { env: lyingEnvironment }).process;
  const problem = problemOf(ended, [0]);
  if (problem !== undefined) throw new Error(`a run that nothing disturbs does not end well: ${problem}`);
  return performance.now() - startedMs;
}

/** What is not right of the folder of a run that has come to its end. */
export async function problemOfFolder(folder: string): Promise<string | undefined> {
  const { events } = await readRun(folder);
  const last = events.at(-1);
  if (last?.type !== 'ended' || last.ending !== 'finished') return 'its log does not say that it finished';
  const turns = finishedTurns(folder);
  const doubled = [...groupBy(turns, (turn) => turn)].find(([, same]) => same.length > 1);
  if (doubled) return `turn ${doubled[0]} was taken ${doubled[1].length} times`;
  const samples = cellsOf(folder).flatMap((cell) => cell.samples);
  if (samples.length !== turns.length)
    return `the results have ${samples.length} turns, the log ${turns.length}`;
  if (!existsSync(join(folder, 'report.html'))) return 'there is no report';
  const silent = cellsOf(folder).find(({ state, reason }) => state !== 'ok' && reason.trim() === '');
  return silent && `${silent.target} is ${silent.state} and nothing says why`;
}

export function cellsOf(folder: string): readonly CellResult[] {
  return runResults.parse(JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))).cells;
}
