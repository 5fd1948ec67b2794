/** The definitions under `python-bridge/environments/`: `<name>.json` describes, `<name>.txt` pins every package. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';
import { environmentsFolder, projectRoot, stateFolder } from '../../common/paths.js';
import { normalName, type Pin, readLockFile } from './lock-file.js';
import { publishedBefore } from './published-before.js';

const version = z.string().regex(/^3\.\d+$/);
const definitionFile = z.strictObject({
  title: z.string(),
  /** `minimum` ≤ interpreter < `below`. */
  python: z.object({ minimum: version, below: version }),
  /** Expected size on disk. */
  sizeMb: z.number().positive(),
  /** Said before it is installed. */
  note: z.string().optional(),
  /** What is asked for itself, not for the sake of others: what stays when one of them gets another version. */
  requires: z.array(z.string()).default([]),
});

export interface EnvironmentDefinition extends z.infer<typeof definitionFile> {
  readonly name: string;
  /** Path of the pinned requirements. */
  readonly lockFile: string;
  /** What pip is given. */
  readonly requirements: readonly string[];
  /**
   * `locked`: every file is checked against its hash. `pinned`: the lock file lacks hashes. `resolved`: pip chooses what another
   * version of a framework needs.
   */
  readonly kind: 'locked' | 'pinned' | 'resolved';
  /** Path of pins for what some builds of the pinned packages need and others do not; undefined where there are none. */
  readonly buildsLockFile: string | undefined;
  /** Changes whenever what would be installed does. */
  readonly lockHash: string;
  /** Where it is installed. */
  readonly folder: string;
  /** What its installation said. */
  readonly logFile: string;
}

/** Where definitions are read from, and where what they define is put. */
export interface Places {
  readonly definitions: string;
  readonly environments: string;
  readonly logs: string;
}

const inProject: Places = {
  definitions: join(projectRoot, 'python-bridge/environments'),
  environments: environmentsFolder,
  logs: join(stateFolder, 'logs'),
};

export function environmentNames(places: Places = inProject): string[] {
  const files = readdirSync(places.definitions).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.replace(/\.json$/, '')).sort();
}

/** `jax@jax-0.9.0`: the environment `jax` with another version of its package `jax`. */
const variantName = /^([^@]+)@(.+)-([^-]+)$/;

/** The name of the environment in which a package has another version than the pinned one. */
export function variantOf(environment: string, distribution: string, version: string): string {
  return `${environment}@${distribution}-${version}`;
}

/**
 * @param name of a definition, or its path without extension, or what `variantOf` gives
 * @throws TouchstoneError('internal') where there is no such definition, or it is not valid; 'usage' where its lock file is not
 */
export function environmentDefinition(name: string, places: Places = inProject): EnvironmentDefinition {
  const [, base = name, distribution = '', version = ''] = variantName.exec(name) ?? [];
  // A definition outside the tree is named by its path, and shares the place where all are installed.
  const path = resolve(places.definitions, `${base}.json`);
  const lockFile = resolve(places.definitions, `${base}.txt`);
  const installedAs = name.replace(base, basename(base));
  if (!existsSync(path) || !existsSync(lockFile)) {
    throw new TouchstoneError('internal', `there is no environment ${name}`);
  }
  try {
    const definition = definitionFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    const pins = readLockFile(lockFile);
    const described = { ...definition, name: installedAs, lockFile, ...placesOf(installedAs, places) };
    if (distribution !== '') {
      const variant = `${distribution}==${version}`;
      const requirements = variantRequirements(definition.requires, pins, distribution, variant);
      return {
        ...described,
        title: `${definition.title} (${variant})`,
        requirements,
        kind: 'resolved',
        buildsLockFile: undefined,
        lockHash: digest(publishedBefore, ...requirements),
      };
    }
    const isLocked = pins.every(({ hashes }) => hashes.length > 0);
    const buildsLockFile = existing(resolve(places.definitions, `${base}.builds.txt`));
    return {
      ...described,
      requirements: isLocked ? lockedRequirements(lockFile) : ['--requirement', lockFile],
      kind: isLocked ? 'locked' : 'pinned',
      buildsLockFile,
      lockHash: digest(
        ...[lockFile, ...(buildsLockFile === undefined ? [] : [buildsLockFile])].map((file) =>
          readFileSync(file, 'utf8'),
        ),
      ),
    };
  } catch (error) {
    if (error instanceof TouchstoneError) throw error;
    throw new TouchstoneError('internal', `${path} is not valid`, { cause: error });
  }
}

/** What pip is given to install exactly a lock file: nothing without a hash, nothing besides. */
export function lockedRequirements(lockFile: string): string[] {
  return ['--require-hashes', '--no-deps', '--requirement', lockFile];
}

/** What was asked for keeps its pins, except the variant; what those need is pip's to find. */
function variantRequirements(
  requires: readonly string[],
  pins: readonly Pin[],
  distribution: string,
  variant: string,
): string[] {
  const kept = new Set(requires.map(normalName));
  kept.delete(normalName(distribution));
  const pinned = pins.filter(({ name }) => kept.has(normalName(name)));
  return [variant, ...pinned.map(({ name, version }) => `${name}==${version}`)];
}

function placesOf(name: string, places: Places): Pick<EnvironmentDefinition, 'folder' | 'logFile'> {
  return {
    folder: join(places.environments, name),
    logFile: join(places.logs, `environment-${name}.log`),
  };
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
