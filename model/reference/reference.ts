/**
 * Where an artefact's expected values come from: the files committed under `suites/references/`, or a reference
 * environment in Python (`touchstone_bridge.reference`) that computes them in float64 on first use.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { projectRoot, referencesFolder } from '../../common/paths.js';
import { artefactFiles } from '../artefact/manifest.js';
import { readMetadata } from '../safetensors.js';
import type { Mode } from '../workload.js';

/** Environments under `python-bridge/environments/`: outputs need `onnx`, gradients PyTorch as well. */
export type ReferenceEnvironment = 'reference' | 'reference-training';
/** Path of the environment's interpreter; makes the environment where that is allowed. */
export type FindPython = (environment: ReferenceEnvironment) => Promise<string>;

const committedFolder = join(projectRoot, 'suites/references');
const evaluatorFolder = join(projectRoot, 'python-bridge/touchstone_bridge/reference');
const metadata = z.object({ artefact: z.string(), reference: z.string() });
/** Seed of the weights for which references are committed; they do not follow the run's `--seed`. */
export const committedSeed = 0;
/** Reference evaluation is plain NumPy: minutes for the largest models. */
const patienceMs = 30 * 60_000;

/** @param length where it is not the workload's own */
export function committedPath(workload: string, mode: Mode, batch: number, length?: number): string {
  const lengthPart = length === undefined ? '' : `-l${length}`;
  return join(committedFolder, `${workload}-${mode}-b${batch}${lengthPart}.safetensors`);
}

/**
 * Copies the committed reference into the artefact; undefined where there is none for this batch size, length or seed.
 *
 * @throws TouchstoneError where it was made for other weights, inputs or settings
 */
export async function committedReference(
  workload: string,
  mode: Mode,
  batch: number,
  seed: number,
  id: string,
  folder: string,
  length?: number,
): Promise<string | undefined> {
  const path = committedPath(workload, mode, batch, length);
  if (seed !== committedSeed || !existsSync(path)) return undefined;
  const { artefact, reference } = metadata.parse(await readMetadata(path));
  if (artefact !== id) {
    throw new TouchstoneError(
      'internal',
      `the reference ${basename(path)} was made for another version of ${workload}`,
      {
        hint: 'make it again with `npm run references`',
      },
    );
  }
  await copyFile(path, join(folder, artefactFiles.expected));
  return reference;
}

export interface Computing {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Computes the expected values into the folder of the artefact with that id, or copies them where that was done before:
 * what an artefact is made from decides them, and for a large network they take minutes.
 *
 * @param beforeComputing called where it takes long; may refuse
 * @returns who computed them, for the artefact's manifest
 */
export async function cachedReference(
  folder: string,
  id: string,
  mode: Mode,
  python: FindPython | undefined,
  what: string,
  { beforeComputing, ...computing }: Computing & { beforeComputing?(): void } = {},
): Promise<string> {
  const kept = join(referencesFolder, `${id.slice(0, 32)}-${evaluatorEdition()}.safetensors`);
  const expected = join(folder, artefactFiles.expected);
  if (existsSync(kept)) {
    await copyFile(kept, expected);
    return metadata.parse(await readMetadata(expected)).reference;
  }
  beforeComputing?.();
  const by = await computeReference(folder, mode, python, what, computing);
  await mkdir(referencesFolder, { recursive: true });
  // Under a name of its own first: two runs at once do not meet, and a full disk leaves no half of one.
  const temporary = `${kept}.${randomUUID()}`;
  await copyFile(expected, temporary);
  await rename(temporary, kept);
  return by;
}

/** Files that decide what is expected of an artefact. */
export function evaluatorSources(): string[] {
  const names = readdirSync(evaluatorFolder).filter((name) => name.endsWith('.py'));
  return names.sort().map((name) => join(evaluatorFolder, name));
}

/** Changes with the sources of the evaluator and the packages that it runs with. */
function evaluatorEdition(): string {
  const environments = ['reference', 'reference-training'].map((name) =>
    join(projectRoot, 'python-bridge/environments', `${name}.txt`),
  );
  const hash = createHash('sha256');
  for (const path of [...evaluatorSources(), ...environments]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** @returns who computed it, for the artefact's manifest */
export async function computeReference(
  folder: string,
  mode: Mode,
  python: FindPython | undefined,
  what: string,
  { signal }: Computing = {},
): Promise<string> {
  if (!python) {
    throw new TouchstoneError('usage', `there is no reference for ${what}`, {
      hint: 'choose a batch size that `npm run bench -- list` shows',
    });
  }
  const [environment, command] =
    mode === 'training' ? (['reference-training', 'training'] as const) : (['reference', 'forward'] as const);
  const result = await execa(
    await python(environment),
    ['-m', 'touchstone_bridge.reference', command, folder],
    {
      cwd: projectRoot,
      env: { PYTHONPATH: join(projectRoot, 'python-bridge'), OMP_NUM_THREADS: '1' },
      reject: false,
      timeout: patienceMs,
      ...(signal ? { cancelSignal: signal } : {}),
    },
  );
  if (result.failed) {
    const last = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new TouchstoneError(
      'model',
      `the reference of ${what} cannot be computed: ${messageOf(last || result.shortMessage)}`,
    );
  }
  return metadata.parse(await readMetadata(join(folder, artefactFiles.expected))).reference;
}
