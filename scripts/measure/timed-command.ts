/** The command line as a user types it, in a process of its own, with what it said and how long it took. */
import { join } from 'node:path';
import { execa } from 'execa';
import { buildFolder, projectRoot } from '../../common/paths.js';
import { readRun } from '../../common/run/read-run.js';
import type { RunSeen, Said, TimedCommand } from './answer-rows.js';

/** @param out its run folder, where it is a run. @throws Error where a run ends with another status than it may */
export async function timed(
  { command, program, prefix = [], isRun, exits = [0] }: TimedCommand,
  out: string,
): Promise<RunSeen> {
  const [startedAt, startedMs] = [Date.now(), performance.now()];
  const started = [process.execPath, join(buildFolder, program ?? 'bench.js'), ...command];
  const [file = '', ...parameters] = [...prefix, ...started, ...(isRun ? ['--out', out] : [])];
  const running = execa(file, parameters, {
    cwd: projectRoot,
    reject: false,
    env: { TOUCHSTONE_HISTORY: '' },
  });
  const said: Said[] = [];
  for await (const line of running.iterable({ from: 'stderr' }))
    said.push({ line, afterSeconds: (performance.now() - startedMs) / 1000 });
  const { exitCode, stdout, stderr } = await running;
  const seconds = (performance.now() - startedMs) / 1000;
  // `doctor` ends with 1 where something is missing; a run always has a result here.
  if (isRun && !exits.includes(exitCode ?? Number.NaN))
    throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
  if (!isRun) return { seconds, beforeMs: 0, out, stdout, said, events: [] };
  const { manifest, events } = await readRun(out);
  return { seconds, beforeMs: Date.parse(manifest.startedAt) - startedAt, out, stdout, said, events };
}
