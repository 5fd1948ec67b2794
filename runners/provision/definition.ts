/** The definitions under `python-bridge/environments/`: `<name>.json` describes, `<name>.txt` pins every package. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';
import { environmentsFolder, projectRoot, stateFolder } from '../../common/paths.js';

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
 * @throws TouchstoneError('internal') where there is no such definition, or it is not valid
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
    const pins = readFileSync(lockFile, 'utf8');
    const variant = distribution === '' ? undefined : `${distribution}==${version}`;
    const chosen = variant === undefined ? [] : variantRequirements(definition.requires, pins, variant);
    return {
      ...definition,
      title: variant === undefined ? definition.title : `${definition.title} (${variant})`,
      name: installedAs,
      lockFile,
      requirements: variant === undefined ? ['--requirement', lockFile] : chosen,
      lockHash: createHash('sha256')
        .update(variant === undefined ? pins : chosen.join('\n'))
        .digest('hex'),
      folder: join(places.environments, installedAs),
      logFile: join(places.logs, `environment-${installedAs}.log`),
    };
  } catch (error) {
    throw new TouchstoneError('internal', `${path} is not valid`, { cause: error });
  }
}

/** What was asked for keeps its pins, except the variant; what those need is pip's to find. */
function variantRequirements(requires: readonly string[], pins: string, variant: string): string[] {
  const nameOf = (requirement: string) => requirement.split('==')[0]?.toLowerCase();
  const pinned = pins
    .split('\n')
    .filter((line) => requires.some((name) => nameOf(line) === name.toLowerCase()));
  return [variant, ...pinned.filter((line) => nameOf(line) !== nameOf(variant))];
}
