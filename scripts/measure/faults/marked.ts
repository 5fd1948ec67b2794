/** Finds every process that an attempt or a test has started, by a mark in its environment. Linux only. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export const markName = 'TOUCHSTONE_TEST_MARK';

/** A mark that no other process carries. */
export function newMark(): string {
  return randomUUID();
}

/** Numbers of the living processes that carry the mark. A zombie's environment is empty, so it does not count. */
export function livingWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => textOf(pid, 'environ').split('\0').includes(`${markName}=${mark}`))
    .map(Number);
}

/** Waits until none is left; returns those that are after `limitMs`. */
export async function leftOver(mark: string, limitMs = 3_000): Promise<number[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const living = livingWith(mark);
    if (living.length === 0 || performance.now() > end) return living;
    await delay(20);
  }
}

/** The command lines of those that are left after `limitMs`, which are ended: nothing is to stay for ever. */
export async function sweep(mark: string, limitMs?: number): Promise<string[]> {
  const left = await leftOver(mark, limitMs);
  const names = left.map(commandLineOf);
  for (const pid of left) killIfThere(pid);
  return names;
}

/** Empty for a process that is gone. */
export function commandLineOf(pid: number): string {
  return textOf(String(pid), 'cmdline').replaceAll('\0', ' ');
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A file of a process under /proc (proc(5)); empty where the process is gone or is another user's. */
function textOf(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
