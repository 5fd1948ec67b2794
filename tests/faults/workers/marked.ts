/** Finds every process that a test's worker has started, by a mark in its environment. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export const markName = 'TOUCHSTONE_TEST_MARK';

/** Numbers of the living processes that carry the mark. A zombie's environment is empty, so it does not count. */
export function livingWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => environmentOf(pid).split('\0').includes(`${markName}=${mark}`))
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

/** The names of those that a test left behind; they are ended, so that a failed test does not leave them for ever. */
export async function sweep(mark: string): Promise<string[]> {
  const left = await leftOver(mark);
  const names = left.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return names;
}

/** `R`, `S`, `T` (stopped), `Z`, … */
export function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .charAt(0);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
