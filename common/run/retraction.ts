/**
 * A run that must not be used: a file in its folder says why. Comparisons, the gate and the search for changes refuse or leave out
 * such a run and say so; the site shows that there was one. Without the file it is a run like any other.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../errors.js';
import { writeWhole } from '../files.js';

export const retractionFile = 'retracted.json';

export const retraction = z.object({
  version: z.literal(1),
  /** One line for a reader of the run's numbers. */
  reason: z.string().trim().min(1),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
});
export type Retraction = z.infer<typeof retraction>;

/**
 * @param folder of a run
 * @returns undefined where the run is not retracted
 * @throws TouchstoneError('usage') for a file that cannot be read: such a run may be retracted
 */
export async function readRetraction(folder: string): Promise<Retraction | undefined> {
  const path = join(folder, retractionFile);
  try {
    return retraction.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new TouchstoneError('usage', `${path} is damaged: ${firstIssue(cause)}`, {
      hint: 'write it again with `retract`, or remove it if the run is good',
      cause,
    });
  }
}

function firstIssue(cause: unknown): string {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
  return issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : messageOf(cause);
}

/** Replaces the reason where the run is retracted already. @throws TouchstoneError('storage') where it cannot be written */
export async function writeRetraction(folder: string, reason: string, now: Date): Promise<Retraction> {
  const written: Retraction = { version: 1, reason: reason.trim(), at: now.toISOString() };
  await writeWhole(join(folder, retractionFile), `${JSON.stringify(written, null, 2)}\n`);
  return written;
}

/** `retracted on 2026-11-23: its machine ran hot` */
export function retractionText({ reason, at }: Retraction): string {
  return `retracted on ${at.slice(0, 10)}: ${reason}`;
}

/** @throws TouchstoneError('usage') where the run is retracted */
export async function refuseRetracted(folder: string): Promise<void> {
  const found = await readRetraction(folder);
  if (!found) return;
  throw new TouchstoneError('usage', `${folder} is ${retractionText(found)}`, {
    hint: `leave it out; it counts again once ${retractionFile} is removed from its folder`,
  });
}
