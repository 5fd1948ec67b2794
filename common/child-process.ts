/** Wrappers that bind a child process to its parent's life and to a limit of memory. */
import { execaSync } from 'execa';

/** Wrappers replace themselves by the program that they are given, so that the process number is its own. */
export type Wrapper = readonly string[];

/** The child dies with this process, however that dies (`setpriv` of util-linux 2.33 or later). */
export const dieWithParent: Wrapper = ['setpriv', '--pdeathsig', 'KILL', '--'];

/**
 * Allocations fail beyond so many bytes (`prlimit` of util-linux). What is limited is private memory that can be written: the
 * address space, of which JavaScript engines reserve far more than they use, stays free.
 */
export function limitMemory(bytes: number): Wrapper {
  return ['prlimit', `--data=${Math.floor(bytes)}`, '--'];
}

const known = new Map<string, boolean>();

/** Whether this system has a wrapper; found out by trying it. */
export function works(wrapper: Wrapper): boolean {
  const [name = '', ...parameters] = wrapper;
  if (process.platform !== 'linux') return false;
  const found = known.get(name) ?? execaSync(name, [...parameters, 'true'], { reject: false }).exitCode === 0;
  known.set(name, found);
  return found;
}

/** A program behind those of the wrappers that this system has. */
export function wrappedBy(wrappers: readonly Wrapper[], program: readonly string[]): string[] {
  return [...wrappers.filter(works).flat(), ...program];
}
