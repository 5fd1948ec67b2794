/** The health of every target: available or not, with what versions, how big, and what mends it. */
import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Framework, Target } from '../../adapters/adapter.js';
import { environmentOf, targetAvailability } from '../provision/availability.js';
import { environmentDefinition } from '../provision/definition.js';
import { packageFolder, packageVersion } from '../provision/packages.js';

export interface TargetHealth {
  readonly target: string;
  readonly framework: string;
  readonly available: boolean;
  /** Pinned or installed packages with their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Path of the interpreter, where it has one of its own. */
  readonly python: string | null;
  /** On disk; null where nothing is installed. */
  readonly sizeBytes: number | null;
  readonly reason: string | null;
  readonly mend: string | null;
}

export async function doctor(frameworks: readonly Framework[]): Promise<TargetHealth[]> {
  const entries = frameworks.flatMap((framework) =>
    framework.targets.map((target) => ({ framework, target })),
  );
  return Promise.all(entries.map(({ framework, target }) => examine(framework, target)));
}

export function renderDoctor(health: readonly TargetHealth[]): string {
  const table = new Table({
    head: ['target', 'state', 'versions', 'size', 'what mends it'],
    colWidths: [18, 13, 32, 9, 40],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { target, available, versions, sizeBytes, reason, mend } of health) {
    const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const size = sizeBytes === null ? '' : `${Math.ceil(sizeBytes / 1e6)} MB`;
    const advice = available ? '' : `${reason ?? ''}; run: ${mend ?? ''}`;
    table.push([target, available ? 'available' : 'unavailable', listed.join('\n'), size, advice]);
  }
  return table.toString();
}

async function examine(framework: Framework, target: Target): Promise<TargetHealth> {
  const availability = await targetAvailability(target);
  const folders = foldersOf(target);
  const sizes = await Promise.all(folders.filter((folder) => existsSync(folder)).map(sizeOf));
  return {
    target: target.name,
    framework: framework.title,
    available: availability.available,
    versions: versionsOf(target, availability.available),
    python: (availability.available && availability.python) || null,
    sizeBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    reason: availability.available ? null : availability.reason,
    mend: availability.available ? null : availability.mend,
  };
}

function foldersOf(target: Target): string[] {
  const environment = environmentOf(target);
  if (environment !== undefined) return [environmentDefinition(environment).folder];
  return target.host === 'node' ? target.packages.map((name) => packageFolder(target, name)) : [];
}

function versionsOf(target: Target, available: boolean): Record<string, string> {
  if (target.host === 'node') {
    const found = target.packages.map((name) => [name, packageVersion(target, name)] as const);
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
  return available ? installedPythonPackages(environmentDefinition(target.environmentName).folder) : {};
}

/** Distribution folders are called `name-version.dist-info` (PEP 376). */
function installedPythonPackages(folder: string): Record<string, string> {
  const library = join(folder, 'lib');
  const python = existsSync(library)
    ? readdirSync(library).find((name) => name.startsWith('python'))
    : undefined;
  if (python === undefined) return {};
  const names = readdirSync(join(library, python, 'site-packages')).map((name) =>
    /^(.+)-([^-]+)\.dist-info$/.exec(name),
  );
  const found = names
    .filter((match) => match !== null)
    .map((match) => [match[1] ?? '', match[2] ?? ''] as const);
  return Object.fromEntries(found.filter(([name]) => /^(torch|numpy|safetensors|onnx)$/i.test(name)));
}

/** In bytes; files that vanish while they are counted do not count. */
async function sizeOf(folder: string): Promise<number> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 })));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}
