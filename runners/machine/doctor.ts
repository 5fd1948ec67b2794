/** The health of every target: available or not, with what versions, how big, and what mends it. */
import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import Table from 'cli-table3';
import type { Configuration, Description, Framework, Target } from '../../adapters/adapter.js';
import { messageOf } from '../../common/errors.js';
import { environmentOf, targetAvailability } from '../provision/availability.js';
import { type EnvironmentDefinition, environmentDefinition } from '../provision/definition.js';
import { packageFolder, packageVersion } from '../provision/packages.js';

export interface TargetHealth {
  readonly target: string;
  readonly framework: string;
  readonly available: boolean;
  /** Framework and kernel libraries as the framework tells them; installed packages where it was not asked. */
  readonly versions: Readonly<Record<string, string>>;
  /** Effective settings as the framework tells them: threads, instructions, kernel library; null where it was not asked. */
  readonly configuration: Configuration | null;
  /** Path of the interpreter, where it has one of its own. */
  readonly python: string | null;
  /** On disk; null where nothing is installed. */
  readonly sizeBytes: number | null;
  readonly reason: string | null;
  readonly mend: string | null;
}

/** Starts a target and lets it describe itself; rejects where it does not come up. */
export type Ask = (target: Target, python: string | undefined) => Promise<Description>;

/**
 * @param ask without it no framework is started: what is installed is told, not what it really runs with
 */
export async function doctor(frameworks: readonly Framework[], ask?: Ask): Promise<TargetHealth[]> {
  const health: TargetHealth[] = [];
  for (const framework of frameworks) {
    // One framework after the other: a dozen that start at once would starve each other.
    const targets = framework.targets.map((target) => examine(framework, target, ask));
    health.push(...(await Promise.all(targets)));
  }
  return health;
}

export function renderDoctor(health: readonly TargetHealth[]): string {
  const table = new Table({
    head: ['target', 'state', 'versions', 'runs with', 'size', 'what mends it'],
    colWidths: [18, 13, 30, 34, 9, 32],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { target, available, versions, configuration, python, sizeBytes, reason, mend } of health) {
    const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const size = sizeBytes === null ? '' : `${Math.ceil(sizeBytes / 1e6)} MB`;
    const advice = available ? '' : `${reason ?? ''}; run: ${mend ?? ''}`;
    const runsWith = [
      ...settingsOf(configuration),
      ...(python === null ? [] : [relative(process.cwd(), dirname(dirname(python)))]),
    ];
    const state = available ? 'available' : 'unavailable';
    table.push([target, state, listed.join('\n'), runsWith.join('\n'), size, advice]);
  }
  return table.toString();
}

/** What a reader looks for first. */
function settingsOf(configuration: Configuration | null): string[] {
  if (configuration === null) return [];
  const { kernelLibrary, instructionSet, threads, wasmSimd, wasmThreads, libtensorflow } = configuration;
  const yesNo = (value: unknown) => (value ? 'yes' : 'no');
  return [
    ...(kernelLibrary === null ? [] : [`${kernelLibrary}`]),
    ...(instructionSet === null ? [] : [`instructions ${instructionSet}`]),
    ...(threads === null ? [] : [`threads ${threads}`]),
    ...(wasmSimd === undefined ? [] : [`wasm SIMD ${yesNo(wasmSimd)}, threads ${yesNo(wasmThreads)}`]),
    ...(libtensorflow === undefined
      ? []
      : [`libtensorflow of ${relative(process.cwd(), String(libtensorflow)).split('/lib/')[0]}`]),
  ];
}

async function examine(framework: Framework, target: Target, ask?: Ask): Promise<TargetHealth> {
  const installed = await targetAvailability(target);
  const python = (installed.available && installed.python) || undefined;
  const answer = installed.available && ask ? await answerOf(ask, target, python) : undefined;
  const availability =
    answer && 'reason' in answer
      ? ({ available: false, ...answer, mend: `npm run setup -- ${target.name}` } as const)
      : installed;
  const described = answer && !('reason' in answer) ? answer : undefined;
  const folders = foldersOf(target);
  const sizes = await Promise.all(folders.filter((folder) => existsSync(folder)).map(sizeOf));
  return {
    target: target.name,
    framework: framework.title,
    available: availability.available,
    versions: described?.versions ?? versionsOf(target, availability.available),
    configuration: described?.configuration ?? null,
    python: python ?? null,
    sizeBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    reason: availability.available ? null : availability.reason,
    mend: availability.available ? null : availability.mend,
  };
}

async function answerOf(
  ask: Ask,
  target: Target,
  python: string | undefined,
): Promise<Description | { readonly reason: string }> {
  try {
    return await ask(target, python);
  } catch (error) {
    return { reason: `it does not start: ${messageOf(error)}` };
  }
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
  return available ? installedPythonPackages(environmentDefinition(environmentOf(target) ?? '')) : {};
}

/** Distribution folders are called `name-version.dist-info` (PEP 376). */
function installedPythonPackages({ folder, requires }: EnvironmentDefinition): Record<string, string> {
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
  const wanted = [...requires, 'numpy', 'safetensors'].map(normal);
  return Object.fromEntries(found.filter(([name]) => wanted.includes(normal(name))));
}

/** Package names compare without case, and with `-`, `_` and `.` alike (PEP 503). */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** In bytes; files that vanish while they are counted do not count. */
async function sizeOf(folder: string): Promise<number> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 })));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}
