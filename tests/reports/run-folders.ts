/** Made-up runs as folders, as the runners leave them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunManifest } from '../../common/run/run-folder.js';
import { type FixtureOptions, fixtureRun } from './fixtures.js';

export interface FolderOptions extends FixtureOptions {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt?: string;
  readonly machine?: Partial<RunManifest['machine']>;
  readonly manifest?: Partial<RunManifest>;
}

export function temporaryRuns(): string {
  return mkdtempSync(join(tmpdir(), 'touchstone-runs-'));
}

/** @returns the run's folder */
export function writeRunFolder(below: string, options: FolderOptions): string {
  const { id, startedAt, machine, manifest: changes, ...others } = options;
  const { manifest, events } = fixtureRun({ rounds: 8, ...others });
  const folder = join(below, id.replaceAll(/[^\w-]/g, '_'));
  mkdirSync(folder, { recursive: true });
  const own = {
    ...manifest,
    id,
    startedAt: startedAt ?? manifest.startedAt,
    machine: { ...manifest.machine, ...machine },
    ...changes,
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(own));
  writeFileSync(join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return folder;
}
