/** Where run folders are: a new one's id, and the one that a user names. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { TouchstoneError } from '../errors.js';
import { invocation } from '../invocation.js';
import { runsFolder } from '../paths.js';

/** `20261123-142501-3fa9`: sorts by time; two runs of one second do not collide. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** A run folder as the user names it: a path, or the id of a run under `.touchstone/runs`. */
export function findRun(name: string): string {
  const candidates = [resolve(name), join(runsFolder, name)];
  const found = candidates.find((folder) => existsSync(join(folder, 'manifest.json')));
  if (found) return found;
  throw new TouchstoneError('usage', `there is no run in ${name}`, {
    hint: `give a run folder, or the name of one under ${runsFolder}`,
  });
}

/** What a user calls a run folder, wherever the command is typed: its id, or its path where it is not among all the others. */
export function runName(folder: string): string {
  const path = resolve(folder);
  return dirname(path) === runsFolder ? basename(path) : path;
}

/** The newest run that did not finish. */
export function newestUnfinished(): string {
  const names = existsSync(runsFolder) ? readdirSync(runsFolder).sort().reverse() : [];
  const folder = names.map((name) => join(runsFolder, name)).find(isUnfinished);
  if (folder) return folder;
  throw new TouchstoneError('usage', 'there is no unfinished run to resume', {
    hint: `start one with \`${invocation('run')}\``,
  });
}

function isUnfinished(folder: string): boolean {
  if (!existsSync(join(folder, 'manifest.json'))) return false;
  const events = join(folder, 'events.ndjson');
  const last = existsSync(events) ? readFileSync(events, 'utf8').trimEnd().split('\n').at(-1) : undefined;
  return !last?.includes('"type":"ended","ending":"finished"');
}
