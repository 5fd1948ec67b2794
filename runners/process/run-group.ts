/** Runs an installer or a build with all that it starts: nothing of it outlives its end, or the end of this process. */
import { join } from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../common/paths.js';
import { adopt, bury, killGroup } from './group.js';

export interface GroupOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Kills the group. */
  readonly signal?: AbortSignal;
  /** Given what the program writes to either stream, and the end of all that it has written so far. */
  onOutput?(chunk: Buffer, tail: string): void;
}

export interface GroupFailure {
  /** Its status or signal. */
  readonly how: string;
  /** The last lines that it wrote that are not empty. */
  readonly lines: readonly string[];
}

/** `start.mjs` uses it too, before anything is compiled. */
const endTogether = join(projectRoot, 'runners/process/end-together.sh');
/** Enough to hold the last lines. */
const tailLength = 4_000;

/** @returns undefined where the program ended well */
export async function runGroup(
  command: readonly string[],
  { cwd, environment, signal, onOutput }: GroupOptions = {},
): Promise<GroupFailure | undefined> {
  const child = execa('/bin/sh', [endTogether, ...command], {
    reject: false,
    all: true,
    buffer: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // Leader of a group of its own; group.ts also replaces execa's own clean-up.
    detached: true,
    cleanup: false,
    ...(environment === undefined ? {} : { env: { ...environment } }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  let tail = '';
  child.all.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-tailLength);
    onOutput?.(chunk, tail);
  });
  const { pid } = child;
  if (pid !== undefined) {
    adopt(pid);
    // What it leaves behind may hold the streams open, whose end is waited for.
    child.once('exit', () => bury(pid));
  }
  const kill = () => {
    if (pid !== undefined) killGroup(pid);
  };
  signal?.addEventListener('abort', kill);
  if (signal?.aborted) kill();
  const result = await child.finally(() => signal?.removeEventListener('abort', kill));
  if (!result.failed) return undefined;
  const { exitCode, signal: killedBy, originalMessage } = result;
  const how = killedBy ?? (exitCode === undefined ? originalMessage : `status ${exitCode}`);
  return { how: `it ended with ${how}`, lines: linesOf(tail) };
}

/** Lines that are not empty; a progress bar returns to the start of its line. */
export function linesOf(text: string): string[] {
  return text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
}
