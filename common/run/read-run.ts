/** Reads a run folder at any moment: finished, interrupted or still running. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../errors.js';
import { counted } from '../text.js';
import { eventMigration, migrateManifest } from './migrate.js';
import { type RunEvent, type RunManifest, runEvent, runManifest } from './run-folder.js';
import { runVersion } from './version.js';

export interface Run {
  readonly manifest: RunManifest;
  readonly events: readonly RunEvent[];
  /** In which it was written; manifest and events are in today's form. */
  readonly version: number;
}

/**
 * @param folder a run folder; without an event log it is a run that has not begun
 * @throws TouchstoneError `usage` where it is no run folder, was written by a newer version, or is damaged
 */
export async function readRun(folder: string): Promise<Run> {
  const { manifest, version } = parseManifest(await readText(folder, 'manifest.json'), folder);
  const log = await readText(folder, 'events.ndjson').catch((error: unknown) => absent(error));
  const migrate = eventMigration(version, manifest.machine.cpu);
  return { manifest, events: parseEvents(log, join(folder, 'events.ndjson'), migrate), version };
}

async function readText(folder: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), 'utf8');
  } catch (cause) {
    throw new TouchstoneError('usage', `cannot read ${file} of the run ${folder}: ${messageOf(cause)}`, {
      hint: 'name a run folder, such as one under .touchstone/runs',
      cause,
    });
  }
}

/** A run that was killed before its first event has no log. */
function absent(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
  throw error;
}

function parseManifest(text: string, folder: string): Pick<Run, 'manifest' | 'version'> {
  const place = `the manifest of ${folder}`;
  const json = parseJson(text, place);
  const version = knownVersion(json, folder);
  return { manifest: valid(runManifest, migrateManifest(version, json), place), version };
}

/** Checked before anything else: another version may differ everywhere. */
function knownVersion(json: unknown, folder: string): number {
  const found = z.object({ version: z.number().int().positive() }).safeParse(json);
  if (!found.success) {
    throw new TouchstoneError(
      'usage',
      `the manifest of ${folder} has no version: it is not a run of Touchstone`,
    );
  }
  const { version } = found.data;
  if (version <= runVersion) return version;
  throw new TouchstoneError('usage', `${folder} was written by a newer Touchstone (run format ${version})`, {
    hint: `this one reads formats up to ${runVersion}; use the version that wrote it`,
  });
}

/**
 * One event a line. What follows the last line break is a line that a killed run did not finish. A line that is damaged costs
 * what it says, not the run: it is left out, and said so.
 *
 * @param file for messages
 */
export function parseEvents(
  text: string,
  file: string,
  migrate: ReturnType<typeof eventMigration>,
  warn: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): RunEvent[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const damaged: string[] = [];
  const events = whole.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    try {
      const place = `line ${index + 1} of ${file}`;
      return migrate(parseJson(line, place)).map((event) => valid(runEvent, event, place));
    } catch (error) {
      damaged.push(messageOf(error));
      return [];
    }
  });
  const [first, ...others] = damaged;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : `, and ${counted(others.length, 'other line')}`;
    warn(`warning: left out: ${first}${more}`);
  }
  return events;
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TouchstoneError('usage', `${place} is damaged: ${messageOf(cause)}`, { cause });
  }
}

function valid<T>(schema: z.ZodType<T>, json: unknown, place: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it has another form';
  throw new TouchstoneError('usage', `${place} is damaged: ${where}`, { cause: parsed.error });
}
