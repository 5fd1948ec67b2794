/** The definitions under `python-bridge/environments/`: `<name>.json` describes, `<name>.txt` pins every package. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';
import { environmentsFolder, projectRoot } from '../../common/paths.js';

const definitionsFolder = join(projectRoot, 'python-bridge/environments');

const version = z.string().regex(/^3\.\d+$/);
const definitionFile = z.object({
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
}

export function environmentNames(): string[] {
  return readdirSync(definitionsFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace(/\.json$/, ''));
}

export function environmentDefinition(name: string): EnvironmentDefinition {
  const path = join(definitionsFolder, `${name}.json`);
  if (!existsSync(path)) throw new TouchstoneError('internal', `there is no environment ${name}`);
  const parsed = definitionFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new TouchstoneError('internal', `${path} is not valid`, { cause: parsed.error });
  const lockFile = join(definitionsFolder, `${name}.txt`);
  const lockHash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return { ...parsed.data, name, lockFile, lockHash, folder: join(environmentsFolder, name) };
}
