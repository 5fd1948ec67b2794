/** Where commands are attacked: with a state folder of their own, so that nothing of the checkout is met or left. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFolder } from '../../../common/paths.js';
import { type Ended, problemOf, startBench } from './command.js';
import { newMark, sweep } from './marked.js';

export interface Arena {
  readonly folder: string;
  /** The state folder of its commands. */
  readonly home: string;
}

export interface Command {
  /** Carried by every process of it. */
  readonly mark: string;
  readonly process: ReturnType<typeof startBench>;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly mark?: string;
}

/** A command that has not ended after this long hangs: longer than any deadline of its own. */
const hangMs = 330_000;
/** What ends with its parent may take a moment on a busy machine. */
const leaveMs = 15_000;

export async function openArena(name: string): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), `touchstone-${name}-`));
  return { folder, home: join(folder, 'home') };
}

export async function closeArena({ folder }: Arena): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Path of an adapter of this folder, as it is given to a command. */
export function adapterFile(name: string): string {
  return join(buildFolder, 'scripts/measure/faults/adapters', `${name}.js`);
}

export function start({ home }: Arena, args: readonly string[], surroundings: Surroundings = {}): Command {
  const { env, mark = newMark() } = surroundings;
  const limits = { timeout: hangMs, killSignal: 'SIGKILL' } as const;
  return { mark, process: startBench(args, { mark, ...limits, env: { TOUCHSTONE_HOME: home, ...env } }) };
}

/** Runs a command to its end. @param statuses exit statuses that are right; see `problemOf` */
export async function problemIn(
  arena: Arena,
  args: readonly string[],
  statuses: readonly number[],
  surroundings?: Surroundings,
): Promise<string | undefined> {
  const command = start(arena, args, surroundings);
  const ended: Ended = await command.process;
  return problemOf(ended, statuses) ?? (await leftBy(command));
}

/** The processes that are left of a command that has ended; they are ended too. */
export async function leftBy({ mark }: Pick<Command, 'mark'>): Promise<string | undefined> {
  const left = await sweep(mark, leaveMs);
  return left.length === 0 ? undefined : `processes are left: ${left.join('; ')}`;
}
