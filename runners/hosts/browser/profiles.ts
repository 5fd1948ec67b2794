/** Profile folders of browsers, one for each worker, named by the number of its process. */
import { mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'touchstone-profile-';

export function profileOf(worker: number): string {
  return join(tmpdir(), `${prefix}${worker}`);
}

/** Makes this process's own, and removes those of processes that are gone: whoever was killed could not. */
export async function makeProfile(): Promise<string> {
  const left = readdirSync(tmpdir()).flatMap((name) => /^touchstone-profile-(\d+)$/.exec(name)?.[1] ?? []);
  const gone = left.map(Number).filter((pid) => pid === process.pid || !isAlive(pid));
  await Promise.all(gone.map(removeProfile));
  const folder = profileOf(process.pid);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Of a browser: what it keeps outside its profile goes there too. */
export function environmentIn(profile: string): NodeJS.ProcessEnv {
  return { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile };
}

/** What a dying process still writes may come after its folder was emptied. */
export async function removeProfile(worker: number): Promise<void> {
  // One that another user owns is left.
  await rm(profileOf(worker), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
