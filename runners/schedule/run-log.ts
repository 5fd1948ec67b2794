/**
 * The run folder as the coordinator writes it: the manifest once, then one line an event, each written when it
 * happens. A process that is killed at any moment leaves at most one torn line, which the next session cuts off.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { parseEvents } from '../../common/run/read-run.js';
import { type NewRunEvent, type RunEvent, type RunManifest, runEvent } from '../../common/run/run-folder.js';

export interface RunLog {
  readonly folder: string;
  /** Milliseconds on the run's own clock, which stands still between sessions. */
  nowMs(): number;
  /** Writes an event with the time it happened, and gives it back so. Throws a `storage` error when the disk refuses. */
  write(event: NewRunEvent): RunEvent;
  close(): void;
}

/** @throws TouchstoneError('usage') for a folder that holds a run, or anything else */
export function requireUnused(folder: string): void {
  if (existsSync(join(folder, 'manifest.json'))) {
    throw new TouchstoneError('usage', `${folder} already holds a run`, {
      hint: 'continue it with --resume, or name another folder with --out',
    });
  }
  if (!existsSync(folder)) return;
  const found = storing(folder, () => readdirSync(folder).find((name) => !isRemains(folder, name)));
  if (found === undefined) return;
  throw new TouchstoneError('usage', `${folder} is not empty: it holds ${found}`, {
    hint: 'a run has a folder of its own: name a new or an empty one with --out',
  });
}

const [emptyFolders, temporaryManifest] = [['logs', 'tensors'], '.manifest.json'];

/** What a run leaves that was killed before it had a manifest: it measured nothing, and is in nobody's way. */
function isRemains(folder: string, name: string): boolean {
  if (name === temporaryManifest) return true;
  const path = join(folder, name);
  return emptyFolders.includes(name) && statSync(path).isDirectory() && readdirSync(path).length === 0;
}

/** Makes the folder and its manifest. @throws TouchstoneError('usage') for a folder that is in use */
export function createRunFolder(folder: string, manifest: RunManifest): void {
  requireUnused(folder);
  storing(folder, () => {
    // Making folders on a read-only disk may only say that something is not there.
    accessSync(existingAncestor(resolve(folder)), constants.W_OK);
    for (const name of emptyFolders) makeFolder(join(folder, name));
    const temporary = join(folder, temporaryManifest);
    writeFileSync(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(temporary, join(folder, 'manifest.json'));
  });
}

function existingAncestor(folder: string): string {
  return existsSync(folder) ? folder : existingAncestor(dirname(folder));
}

/** Opens the event log for appending, after cutting off a line that a killed session did not finish. */
export function openRunLog(folder: string): { log: RunLog; earlier: RunEvent[] } {
  const path = join(folder, 'events.ndjson');
  return storing(folder, () => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const earlier = parseEvents(whole, path, (event) => [event]);
    const descriptor = openSync(path, 'a');
    ftruncateSync(descriptor, Buffer.byteLength(whole));
    return { log: logOn(folder, descriptor, earlier.at(-1)?.atMs ?? 0), earlier };
  });
}

function logOn(folder: string, descriptor: number, startMs: number): RunLog {
  const openedMs = performance.now();
  const nowMs = () => startMs + performance.now() - openedMs;
  return {
    folder,
    nowMs,
    write(event) {
      const dated = readable({ atMs: Math.round(nowMs() * 1000) / 1000, ...event });
      storing(folder, () => writeAll(descriptor, Buffer.from(`${JSON.stringify(dated)}\n`)));
      return dated;
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Some of an event comes from a worker. What the schema refuses would make the folder unreadable for good.
 *
 * @throws TouchstoneError('worker')
 */
function readable(event: RunEvent): RunEvent {
  const { success, error } = runEvent.safeParse(event);
  if (success) return event;
  const [issue] = error.issues;
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : error.message;
  throw new TouchstoneError('worker', `what it says of a ${event.type} cannot be true: ${where}`, {
    cause: error,
  });
}

/** A nearly full disk may take a part of a line only. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** Turns what the file system says into one line that names the folder. */
export function storing<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof TouchstoneError) throw cause;
    throw new TouchstoneError('storage', `cannot write the run folder ${folder}: ${messageOf(cause)}`, {
      hint: 'free some space or name another folder with --out; what was written before is kept, `--resume` continues it',
      cause,
    });
  }
}
