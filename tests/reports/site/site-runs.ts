/** Runs of two machines in folders, one of them retracted, and one whose names are hostile. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { writeRetraction } from '../../../common/run/retraction.js';
import { temporaryRuns, writeRunFolder } from '../run-folders.js';

export const retractionReason = 'another program ran beside it';

/** @returns folders, oldest run first */
export async function siteRuns(): Promise<string[]> {
  const below = temporaryRuns();
  const run = (day: number, id: string, options: Partial<Parameters<typeof writeRunFolder>[1]> = {}) =>
    writeRunFolder(below, { id, startedAt: `2026-11-0${day}T12:00:00.000Z`, seed: day, ...options });
  const folders = [
    run(1, 'first'),
    run(2, 'second'),
    run(3, 'spoilt'),
    run(4, 'elsewhere', { machine: { cpu: 'Other CPU', cores: 16 } }),
    run(5, '../../<img src=x onerror=alert(1)>', { hostile: true }),
  ];
  await writeRetraction(folders[2]!, retractionReason, new Date('2026-11-06T12:00:00.000Z'));
  return folders;
}

export function temporarySite(): string {
  return join(mkdtempSync(join(tmpdir(), 'touchstone-site-')), 'site');
}

/** Every file of a site, by its path. */
export function filesOf(site: string): Map<string, string> {
  const entries = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(site, path), readFileSync(path, 'utf8')]));
}
