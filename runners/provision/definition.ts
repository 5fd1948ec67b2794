/** The definitions under `python-bridge/environments/`: `<name>.json` describes, `<name>.txt` pins every package. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
});

export interface EnvironmentDefinition extends z.infer<typeof definitionFile> {
  readonly name: string;
  /** Path of the pinned requirements. */
  readonly lockFile: string;
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

/** @throws TouchstoneError('internal') where there is no such definition, or it is not valid */
export function environmentDefinition(name: string, places: Places = inProject): EnvironmentDefinition {
  const path = join(places.definitions, `${name}.json`);
  const lockFile = join(places.definitions, `${name}.txt`);
  if (!existsSync(path) || !existsSync(lockFile)) {
    throw new TouchstoneError('internal', `there is no environment ${name}`);
  }
  try {
    return {
      ...definitionFile.parse(JSON.parse(readFileSync(path, 'utf8'))),
      name,
      lockFile,
      lockHash: createHash('sha256').update(readFileSync(lockFile)).digest('hex'),
      folder: join(places.environments, name),
      logFile: join(places.logs, `environment-${name}.log`),
    };
  } catch (error) {
    throw new TouchstoneError('internal', `${path} is not valid`, { cause: error });
  }
}
