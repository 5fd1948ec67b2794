/**
 * Every worker leads a process group of its own: Ctrl-C in the terminal does not reach it (the coordinator decides
 * when it ends), and what the framework starts ends with it.
 */

import { readdirSync, readFileSync } from 'node:fs';

const living = new Set<number>();

/** From now on the group ends when this process exits, in whatever way runs its exit handlers. */
export function adopt(leader: number): void {
  if (living.size === 0) process.on('exit', killAll);
  living.add(leader);
}

/** The leader is gone: ends what it left behind. */
export function bury(leader: number): void {
  killGroup(leader);
  living.delete(leader);
  if (living.size === 0) process.off('exit', killAll);
}

export function killGroup(leader: number): void {
  send(-leader, 'SIGKILL');
}

/** A process that is gone already, or that has become another user's, is no error: there is nothing to be done. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function killAll(): void {
  for (const leader of living) killGroup(leader);
}

/** Processes of a leader's group that are alive, itself among them; the leader alone where the system does not list them. */
export function groupMembers(leader: number): number[] {
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.map(Number).filter((pid) => groupOf(pid) === leader);
  } catch {
    return [leader];
  }
}

/** Fifth field of /proc/…/stat; the second, a name in brackets, may hold anything. Undefined where the process is gone. */
function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : Number(group);
  } catch {
    return undefined;
  }
}
