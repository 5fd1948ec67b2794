/**
 * Every worker leads a process group of its own: Ctrl-C in the terminal does not reach it (the coordinator decides
 * when it ends), and what the framework starts ends with it.
 */

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
